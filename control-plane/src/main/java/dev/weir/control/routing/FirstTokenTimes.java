package dev.weir.control.routing;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** How long answers of each model take to begin, of late: each new one counts a fifth, the ones before it the rest. */
public final class FirstTokenTimes {
    private static final int MODELS_MAX = 1000;
    private static final double NEW_SHARE = 0.2;

    private final Map<String, Double> millis = new ConcurrentHashMap<>();

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
}
