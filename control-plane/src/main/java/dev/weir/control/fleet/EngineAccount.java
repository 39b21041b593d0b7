package dev.weir.control.fleet;

import java.util.concurrent.atomic.AtomicInteger;

/** What changes with every request to an engine, and so is no part of a snapshot. Thread-safe. */
final class EngineAccount {
    private final AtomicInteger underWay = new AtomicInteger();
    private final CircuitBreaker breaker;
    private volatile EngineLoad load = EngineLoad.UNKNOWN;
    private volatile int othersCount;
    private volatile boolean gone;

    EngineAccount(CircuitBreaker breaker) {
        this.breaker = breaker;
    }

    AtomicInteger underWay() {
        return underWay;
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    EngineLoad load() {
        return load;
    }

    /** An engine that is ready after it was gone has been started anew: what the process before it failed says nothing about this one. */
    void isNow(EngineState state) {
        switch (state) {
            case EngineState.Unready unready -> gone |= unready.gone();
            case EngineState.Ready _ -> {
                if (gone) {
                    gone = false;
                    breaker.close();
                }
            }
        }
    }

    /** What the engine said just now: whatever is more than our own requests came from others, another replica of ours for one. */
    void report(EngineLoad reported) {
        othersCount = Math.max(0, reported.requestCount() - underWay.get());
        load = reported;
    }

    /** Requests there: ours as they are now, others' as they were when the engine was last asked. */
    int requestCount() {
        return underWay.get() + othersCount;
    }
}
