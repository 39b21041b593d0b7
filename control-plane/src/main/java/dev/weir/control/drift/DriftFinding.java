package dev.weir.control.drift;

import dev.weir.control.drift.Comparison.Group;
import dev.weir.control.drift.Comparison.Moved;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has become of a signal.
 *
 * @param judgeVersion who says so, of what a judge says; empty otherwise
 * @param givenInput what is left of it when as many questions of each kind are asked as before; null where that cannot be told
 */
public record DriftFinding(
        Scope scope,
        Signal signal,
        String judgeVersion,
        Window window,
        Verdict verdict,
        Cause cause,
        Moved all,
        @Nullable Moved givenInput,
        List<Group> groups) {

    /** Whose answers; {@value #ALL} for everybody's and every type's. */
    public record Scope(String model, String tenant, String queryType) {
        public static final String ALL = "*";
    }

    /** Over how long: a day shows what is sudden, a week what is slow or rare. */
    public enum Window {
        DAY(1, 1),
        WEEK(7, 3);

        private final int days;
        private final int period;

        Window(int days, int period) {
            this.days = days;
            this.period = period;
        }

        int days() {
            return days;
        }

        /** The place of its counts; those of a day before stand behind it. */
        int period() {
            return period;
        }
    }

    /** In ascending order of interest. */
    public enum Verdict {
        /** Fewer than 500 answers before or now. */
        TOO_FEW,
        STEADY,
        /** It has moved, as seen today; or it is chance. */
        WATCH,
        /** It has moved, as seen today and the day before. */
        MOVED
    }

    /** Why. */
    public enum Cause {
        NONE,
        /** Others ask, or for other things; the answers to each kind of question are as they were. */
        INPUT,
        /** The same questions are answered otherwise. */
        ANSWERS,
        /** Too much of what is asked was hardly asked before. */
        UNKNOWN
    }
}
