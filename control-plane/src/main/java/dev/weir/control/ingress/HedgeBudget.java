package dev.weir.control.ingress;

import java.util.concurrent.atomic.AtomicInteger;

/** Keeps hedges to a tenth of all requests that may be hedged: when everything is slow, asking everything twice would make it slower. */
final class HedgeBudget {
    private static final int COST = 10;
    private static final int SAVED_MAX = 20 * COST;

    private final AtomicInteger saved = new AtomicInteger(COST);

    /** A request that may be hedged has come. */
    void requestCame() {
        saved.updateAndGet(before -> Math.min(SAVED_MAX, before + 1));
    }

    /** Whether there is enough for one more, which is spent then. */
    boolean spend() {
        return saved.getAndUpdate(before -> before < COST ? before : before - COST) >= COST;
    }
}
