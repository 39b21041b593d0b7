package dev.weir.control.routing;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** How long answers of each model take to begin, of late: each new one counts a fifth, the ones before it the rest. */
public final class FirstTokenTimes {
    private static final int MODELS_MAX = 1000;
    private static final double NEW_SHARE = 0.2;

    private final Map<String, Double> millis = new ConcurrentHashMap<>();
    private final Map<String, Recent> streams = new ConcurrentHashMap<>();

    /** An answer of the model began after this long. */
    public void answered(String model, Duration after) {
        if (millis.size() < MODELS_MAX || millis.containsKey(model)) {
            double now = after.toNanos() / 1e6;
            millis.merge(model, now, (before, latest) -> before + NEW_SHARE * (latest - before));
        }
    }

    /** What to expect; empty where nothing was measured. */
    public Optional<Long> expectedMillis(String model) {
        return Optional.ofNullable(millis.get(model)).map(Math::round);
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
