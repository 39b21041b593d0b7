package dev.weir.control.rollout;

import dev.weir.control.statistics.ArmCounts;
import java.time.Instant;
import java.util.List;

/**
 * What was decided, with everything it was decided by: whoever asks "why" a year later finds the numbers, the rule and one sentence.
 *
 * @param number counts a rollout's decisions from 1
 * @param sentence for a person
 */
public record Decision(
        long number, Instant at, Kind kind, int stageIndex, String actor, String sentence, List<Reading> readings) {
    /** Who decides where no person does. */
    public static final String CONTROLLER = "controller";

    public Decision {
        readings = List.copyOf(readings);
    }

    /** The rule that applied. */
    public enum Kind {
        STARTED,
        PROMOTED,
        HELD,
        RELEASED,
        EXTENDED,
        INCONCLUSIVE,
        PAUSED,
        RESUMED,
        ROLLBACK_BLOCKED,
        ROLLED_BACK,
        COMPLETED,
        REFUSED
    }

    /**
     * One metric at the time of a decision.
     *
     * @param measured the larger of the stage's and the most recent effect, on the limit's scale; NaN without data
     * @param log10E the evidence that the candidate is worse at all
     * @param log10Needed from where on that evidence counts
     * @param warmUpCount of the candidate's first answers that are in none of these numbers
     */
    public record Reading(
            Metric metric,
            ArmCounts inStage,
            ArmCounts recent,
            double measured,
            double limit,
            double log10E,
            double log10Needed,
            long warmUpCount) {}
}
