package dev.weir.control.fleet;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When an engine is left alone, and when it is trusted again.
 *
 * @param failuresInARow as many open the breaker
 * @param openFor how long nothing is sent then
 * @param trialSuccesses as many in a row close it again; as many requests are tried at a time
 * @param slowFirstByte an answer that begins later than this counts as a failure, though its caller gets it
 */
public record BreakerLimits(
        @DefaultValue("5") int failuresInARow,
        @DefaultValue("30s") Duration openFor,
        @DefaultValue("3") int trialSuccesses,
        @DefaultValue("2m") Duration slowFirstByte) {
    public BreakerLimits {
        if (failuresInARow < 1 || trialSuccesses < 1) {
            throw new IllegalArgumentException(
                    "weir.fleet.breaker: failures-in-a-row and trial-successes are at least 1");
        }
        if (!openFor.isPositive() || !slowFirstByte.isPositive()) {
            throw new IllegalArgumentException(
                    "weir.fleet.breaker: open-for and slow-first-byte must be longer than nothing");
        }
    }
}
