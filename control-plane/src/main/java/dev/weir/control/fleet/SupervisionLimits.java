package dev.weir.control.fleet;

import java.time.Duration;

/**
 * How patient the supervisor is.
 *
 * @param pauseMin before the first restart
 * @param pauseMax before any restart
 * @param healthyAfter an engine that lived this long has not failed to start, whatever killed it
 * @param failuresInARowMax quick deaths in a row until it is given up
 * @param stopMax from asking it to stop until it is killed
 * @param lineCharsMax longer lines of its output are broken
 */
public record SupervisionLimits(
        Duration pauseMin,
        Duration pauseMax,
        Duration healthyAfter,
        int failuresInARowMax,
        Duration stopMax,
        int lineCharsMax) {
    public static final SupervisionLimits DEFAULT = new SupervisionLimits(
            Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(30), 8, Duration.ofSeconds(20), 4096);

    public SupervisionLimits {
        if (!pauseMin.isPositive() || pauseMax.compareTo(pauseMin) < 0) {
            throw new IllegalArgumentException("pauses must be positive and in order: " + pauseMin + ", " + pauseMax);
        }
        if (failuresInARowMax < 1 || lineCharsMax < 1) {
            throw new IllegalArgumentException("failuresInARowMax and lineCharsMax are at least 1");
        }
    }
}
