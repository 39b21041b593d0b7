package dev.weir.control.quota;

import java.time.Duration;
import java.util.List;

/** Whether a request may run. */
public sealed interface Verdict {
    /**
     * How full the bucket of a limit per minute is.
     *
     * @param reset until it is all there again
     */
    record Level(Limit.Metric metric, long max, long left, Duration reset) {}

    /** It may; what it can take is set aside. */
    record Granted(List<Level> levels) implements Verdict {
        public Granted {
            levels = List.copyOf(levels);
        }
    }

    /**
     * It may not, and has taken nothing.
     *
     * @param limit that it would exceed
     * @param delay until it would not, if nothing else happens
     * @param worthRetrying whether waiting so long mends it soon
     */
    record Refused(Limit limit, String reason, Duration delay, boolean worthRetrying) implements Verdict {}

    /** Nobody can tell, and what cannot be counted is not given out. */
    record Unavailable(String reason) implements Verdict {}
}
