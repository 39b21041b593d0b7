package dev.weir.engine.lifecycle;

import java.time.Duration;

/**
 * How an unload or sleep treats the requests that the model has admitted.
 *
 * @param patience of a drain
 */
public record RestOrder(Policy policy, Duration patience) {

    /** What happens to them. */
    public enum Policy {
        /** They finish, within the patience given; then they are ended by name. */
        DRAIN,
        /** They finish, and the model stays. */
        REFUSE,
        /** They are ended at once, by name. */
        FORCE
    }

    public RestOrder {
        if (patience.isNegative()) {
            throw new IllegalArgumentException("patience must not be negative: " + patience);
        }
        patience = policy == Policy.FORCE ? Duration.ZERO : patience;
    }
}
