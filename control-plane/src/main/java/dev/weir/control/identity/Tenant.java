package dev.weir.control.identity;

import java.time.Instant;

/**
 * Whose models, data and money it is: what tenants have is kept apart everywhere.
 *
 * @param weight of its share of an engine, beside other tenants'
 */
public record Tenant(
        String id, String name, int weight, DataResidency dataResidency, boolean enabled, Instant createdAt) {
    /** Where callers belong who were not told apart. */
    public static final String DEFAULT = "default";

    private static final int WEIGHT_MAX = 1000;

    /** Where a tenant's data may go. */
    public enum DataResidency {
        /** Nowhere but to engines of our own. */
        LOCAL_ONLY,
        /** Also to providers, where there is no room here. */
        OVERFLOW_ALLOWED
    }

    public Tenant {
        Names.requireId("tenant", id, 64);
        Names.requireName(name);
        if (weight < 1 || weight > WEIGHT_MAX) {
            throw new IllegalArgumentException("weight is between 1 and " + WEIGHT_MAX + ": " + weight);
        }
    }
}
