package dev.weir.engine.scheduling;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Whose turn it is, by what each tenant has had: every token that is computed or generated for a tenant moves its virtual clock on by one
 * over its weight, and the tenant whose clock is furthest behind goes first. While two tenants always have something waiting, what they get
 * stands in the proportion of their weights, however many requests each of them sends.
 *
 * <p>A tenant that returns after a pause starts at the clock of the one that went last: having asked for nothing earns nothing. So a tenant
 * whose clock is not ahead of that can be forgotten when its last request ends; the others are remembered, {@value #REMEMBERED_MAX} at most.
 */
final class FairShares {

    static final int REMEMBERED_MAX = 1024;

    /** Virtual time of one token at weight 1; divides well by weights. */
    private static final long TOKEN = 1 << 20;

    /** One tenant's. */
    static final class Share {
        private final String tenant;
        private int weight;
        private long clock;
        private int liveCount;

        private Share(String tenant) {
            this.tenant = tenant;
        }

        /** Comes before another whose clock is ahead. */
        boolean isBehind(Share other) {
            return clock < other.clock;
        }
    }

    private final Map<String, Share> shares = new HashMap<>();
    private long clock;

    /** A request of the tenant comes in. */
    Share enter(String tenant, int weight) {
        Share share = shares.computeIfAbsent(tenant, Share::new);
        share.weight = weight;
        if (share.liveCount++ == 0) {
            share.clock = Math.max(share.clock, clock);
        }
        return share;
    }

    /** A request of the tenant's has its turn. */
    void turn(Share share) {
        clock = Math.max(clock, share.clock);
    }

    void charge(Share share, int tokenCount) {
        share.clock += tokenCount * TOKEN / share.weight;
    }

    /** A request of the tenant's ends. */
    void leave(Share share) {
        if (--share.liveCount == 0) {
            if (share.clock <= clock) {
                shares.remove(share.tenant);
            } else if (shares.size() > REMEMBERED_MAX) {
                forgetIdle();
            }
        }
    }

    int rememberedCount() {
        return shares.size();
    }

    /** Forgets whoever would start at the common clock anyway, or else the one that gains least by it. */
    private void forgetIdle() {
        Share least = null;
        for (Iterator<Share> iterator = shares.values().iterator(); iterator.hasNext(); ) {
            Share share = iterator.next();
            if (share.liveCount > 0) {
                continue;
            }
            if (share.clock <= clock) {
                iterator.remove();
            } else if (least == null || share.isBehind(least)) {
                least = share;
            }
        }
        if (least != null && shares.size() > REMEMBERED_MAX) {
            shares.remove(least.tenant);
        }
    }
}
