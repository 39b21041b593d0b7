package dev.weir.control.telemetry;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The values that one label has taken. A series is kept for each until the process ends, so there are only so many: later ones share a name.
 * Safe for use from any thread.
 */
final class LabelValues {
    /** What values are called that came too late for a name of their own. */
    static final String OTHER = "other";

    private final int countMax;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    LabelValues(int countMax) {
        this.countMax = countMax;
    }

    /** The value as a label shows it. */
    String of(String value) {
        return known.contains(value) || add(value) ? value : OTHER;
    }

    private synchronized boolean add(String value) {
        return known.size() < countMax && (known.add(value) || known.contains(value));
    }
}
