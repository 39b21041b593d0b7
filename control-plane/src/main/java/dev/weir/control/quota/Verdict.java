package dev.weir.control.quota;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Whether a request may run. */
public sealed interface Verdict {
    /**
     * How full the bucket of a limit per minute is.
     *
     * @param reset until it is all there again
     */
    record Level(Limit.Metric metric, long max, long left, Duration reset) {
        private static final double MINUTE_MILLIS = 60_000;

        /** Of a limit of which so much is left; what is spent comes back evenly. Empty where it is none per minute. */
        static Optional<Level> of(Limit limit, long left) {
            if (limit.period() != Limit.Period.MINUTE) {
                return Optional.empty();
            }
            long spent = limit.amountMax() - left;
            Duration reset = Duration.ofMillis(Math.round(spent * MINUTE_MILLIS / limit.amountMax()));
            return Optional.of(new Level(limit.metric(), limit.amountMax(), Math.max(0, left), reset));
        }
    }

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
     * @param level of that, where it is one per minute
     * @param delay until it would not, if nothing else happens
     * @param worthRetrying whether waiting so long mends it soon
     */
    record Refused(Limit limit, Optional<Level> level, String reason, Duration delay, boolean worthRetrying)
            implements Verdict {}

    /** Nobody can tell, and what cannot be counted is not given out. */
    record Unavailable(String reason) implements Verdict {}
}
