package dev.weir.control.rollout.trial;

import dev.weir.control.rollout.experiment.Bandit;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What has been decided up to now.
 *
 * @param outcome once it is not running any more it stays as it is, whatever feedback comes later
 * @param shares of the users that take part, in the order of the arms; equal but for bandits
 * @param stoppedArms that did harm: their users get the control, and count for nobody
 * @param histories of a bandit's arms
 * @param misassigned users were found not to fall on arms as they should: nobody wins any more
 * @param begunAt when the first call was
 */
public record TrialState(
        Outcome outcome,
        List<Double> shares,
        Set<String> stoppedArms,
        List<Bandit.Arm> histories,
        boolean misassigned,
        @Nullable Instant begunAt) {
    public TrialState {
        shares = List.copyOf(shares);
        stoppedArms = Set.copyOf(stoppedArms);
        histories = List.copyOf(histories);
    }

    /** How it ended, if it has. */
    public enum End {
        RUNNING,
        WINNER,
        HARMFUL,
        NO_DIFFERENCE,
        STOPPED
    }

    /**
     * What came out.
     *
     * @param arm that it is about, if it is about one
     */
    public record Outcome(End end, @Nullable String arm, String sentence) {
        boolean ended() {
            return end != End.RUNNING;
        }
    }

    static TrialState begun(TrialPlan plan) {
        int count = plan.arms().size();
        return new TrialState(
                new Outcome(End.RUNNING, null, "Running: nobody has asked yet."),
                Collections.nCopies(count, 1.0 / count),
                Set.of(),
                Collections.nCopies(count, Bandit.Arm.NEW),
                false,
                null);
    }

    TrialState ended(Outcome how) {
        return new TrialState(how, shares, stoppedArms, histories, misassigned, begunAt);
    }
}
