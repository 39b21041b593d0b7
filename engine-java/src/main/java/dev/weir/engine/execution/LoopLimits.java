package dev.weir.engine.execution;

import java.time.Duration;

/**
 * How patient the loop is.
 *
 * @param consumerStallMax a consumer that leaves its stream full for longer is cancelled, so that its KV blocks come free
 * @param restartsMax how often in a row a dead executor is replaced before the engine gives up
 * @param restartDelay pause before the first replacement; doubles with each one that follows without a step between
 */
public record LoopLimits(Duration consumerStallMax, int restartsMax, Duration restartDelay) {

    public LoopLimits {
        if (consumerStallMax.isNegative() || consumerStallMax.isZero()) {
            throw new IllegalArgumentException("consumerStallMax must be positive: " + consumerStallMax);
        }
        if (restartsMax < 0 || restartsMax > 16) {
            throw new IllegalArgumentException("restartsMax must be in [0, 16]: " + restartsMax);
        }
        if (restartDelay.isNegative()) {
            throw new IllegalArgumentException("restartDelay must not be negative: " + restartDelay);
        }
    }

    /** 30 seconds for a stalled consumer; 5 restarts, half a second to 8 seconds apart. */
    public static LoopLimits defaults() {
        return new LoopLimits(Duration.ofSeconds(30), 5, Duration.ofMillis(500));
    }
}
