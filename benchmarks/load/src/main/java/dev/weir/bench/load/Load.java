package dev.weir.bench.load;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/** How sessions come. */
public sealed interface Load {
    /** What makes it this load, by name. */
    Map<String, String> description();

    /** Where it stands on the axis of a plot. */
    double level();

    /** How the gaps between arrivals are. */
    enum Arrivals {
        /** Independent users: gaps are exponential. */
        POISSON,
        /** A metronome. */
        CONSTANT
    }

    /** Sessions come at a rate, whatever the server does. */
    record Open(double sessionsPerSecond, Arrivals arrivals) implements Load {
        private static final double RATE_MAX = 100_000;

        public Open {
            if (!(sessionsPerSecond > 0 && sessionsPerSecond <= RATE_MAX)) {
                throw new IllegalArgumentException(
                        "a rate must be above 0 and at most " + RATE_MAX + " a second, not " + sessionsPerSecond);
            }
        }

        /** The time from each arrival to the next, drawn one after the other. */
        long nextGapNanos(SplittableRandom random) {
            double gaps = switch (arrivals) {
                case POISSON -> random.nextExponential();
                case CONSTANT -> 1;
            };
            return Math.round(gaps * 1e9 / sessionsPerSecond);
        }

        @Override
        public Map<String, String> description() {
            Map<String, String> description = new LinkedHashMap<>();
            description.put("loop", "open");
            description.put("rate", Double.toString(sessionsPerSecond));
            description.put("arrivals", arrivals.name().toLowerCase(Locale.ROOT));
            return description;
        }

        @Override
        public double level() {
            return sessionsPerSecond;
        }
    }

    /** So many users, each of whom asks again when answered: the load gives way where the server is slow. */
    record Closed(int concurrency) implements Load {
        public Closed {
            if (concurrency < 1 || concurrency > LoadRun.IN_FLIGHT_MAX) {
                throw new IllegalArgumentException(
                        "the concurrency must be 1 to " + LoadRun.IN_FLIGHT_MAX + ", not " + concurrency);
            }
        }

        @Override
        public Map<String, String> description() {
            Map<String, String> description = new LinkedHashMap<>();
            description.put("loop", "closed");
            description.put("concurrency", Integer.toString(concurrency));
            return description;
        }

        @Override
        public double level() {
            return concurrency;
        }
    }
}
