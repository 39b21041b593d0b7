package dev.weir.control.routing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long answers of each model take to begin and to go on, of late: each new one counts a fifth, the ones before it the rest. What was
 * measured fades: half of it is left after {@value #HALF_LIFE_SECONDS} seconds without an answer, so that a model which was slow, and is
 * therefore not asked, is asked again.
 */
public final class FirstTokenTimes {
    private static final int MODELS_MAX = 1000;
    private static final double NEW_SHARE = 0.2;
    private static final long HALF_LIFE_SECONDS = 120;

    private final InstantSource clock;
    private final Map<String, Lately> millis = new ConcurrentHashMap<>();
    private final Map<String, Lately> tokenMillis = new ConcurrentHashMap<>();
    private final Map<String, Recent> streams = new ConcurrentHashMap<>();

    public FirstTokenTimes(InstantSource clock) {
        this.clock = clock;
    }

    /** A mean of what was measured, and when the last of it was. */
    private record Lately(double millis, Instant at) {
        /** What faded counts less beside the latest, too. */
        Lately and(Lately latest) {
            double share = (1 - NEW_SHARE) * left(latest.at);
            return new Lately(share * millis + (1 - share) * latest.millis, latest.at);
        }

        double at(Instant now) {
            return millis * left(now);
        }

        private double left(Instant now) {
            return Math.pow(0.5, Math.max(0, Duration.between(at, now).toMillis()) / (1000.0 * HALF_LIFE_SECONDS));
        }
    }

    /** An answer of the model began after this long. */
    public void answered(String model, Duration after) {
        note(millis, model, after);
    }

    /** Each token of an answer behind the first took this long. */
    public void wrote(String model, Duration perToken) {
        note(tokenMillis, model, perToken);
    }

    private void note(Map<String, Lately> known, String model, Duration measured) {
        if (known.size() < MODELS_MAX || known.containsKey(model)) {
            known.merge(model, new Lately(measured.toNanos() / 1e6, clock.instant()), Lately::and);
        }
    }

    /** What to expect of a first token; empty where nothing was measured. */
    public Optional<Long> expectedMillis(String model) {
        return Optional.ofNullable(millis.get(model)).map(lately -> Math.round(lately.at(clock.instant())));
    }

    /** What to expect of each token behind it; empty where nothing was measured. */
    public OptionalDouble tokenMillis(String model) {
        Lately lately = tokenMillis.get(model);
        return lately == null ? OptionalDouble.empty() : OptionalDouble.of(lately.at(clock.instant()));
    }

    /** A stream of the model began after this long: unlike the time to a whole answer, this does not depend on its length. */
    public void streamBegan(String model, Duration after) {
        if (streams.size() < MODELS_MAX || streams.containsKey(model)) {
            streams.computeIfAbsent(model, _ -> new Recent()).add(after.toNanos());
        }
    }

    /** Within this time 95 of 100 of the latest streams began; empty where too few are known. */
    public Optional<Duration> nearlyAll(String model) {
        return Optional.ofNullable(streams.get(model)).flatMap(Recent::percentile95);
    }

    /** The latest of them. */
    private static final class Recent {
        private static final int KEPT = 256;
        private static final int COUNT_MIN = 20;

        private final long[] nanos = new long[KEPT];
        private long count;

        synchronized void add(long latest) {
            nanos[(int) (count++ % KEPT)] = latest;
        }

        synchronized Optional<Duration> percentile95() {
            int known = (int) Math.min(count, KEPT);
            if (known < COUNT_MIN) {
                return Optional.empty();
            }
            long[] sorted = Arrays.copyOf(nanos, known);
            Arrays.sort(sorted);
            return Optional.of(Duration.ofNanos(sorted[Math.min(known - 1, known * 95 / 100)]));
        }
    }
}
