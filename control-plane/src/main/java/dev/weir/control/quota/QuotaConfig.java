package dev.weir.control.quota;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How reservations are made.
 *
 * @param outputTokensAssumed for an answer whose request has no limit of its own; without it, all that the model's context holds, which no
 *     answer exceeds
 * @param outputTokensUnknown the same for a model whose context nobody knows
 * @param limitsMax that there can be
 * @param renewEvery pause between two renewals of the slots of requests under way
 */
public record QuotaConfig(
        @Nullable Long outputTokensAssumed,
        @DefaultValue("4096") long outputTokensUnknown,
        @DefaultValue("10000") int limitsMax,
        @DefaultValue("10s") Duration renewEvery) {
    public QuotaConfig {
        if ((outputTokensAssumed != null && outputTokensAssumed < 1) || outputTokensUnknown < 1 || limitsMax < 1) {
            throw new IllegalArgumentException(
                    "weir.quota.output-tokens-assumed, output-tokens-unknown and limits-max are at least 1");
        }
        if (!renewEvery.isPositive() || renewEvery.compareTo(Counters.LEASE.dividedBy(2)) > 0) {
            throw new IllegalArgumentException("weir.quota.renew-every is more than nothing and at most half of the "
                    + Counters.LEASE.toSeconds() + " s that a slot is held for: " + renewEvery);
        }
    }
}
