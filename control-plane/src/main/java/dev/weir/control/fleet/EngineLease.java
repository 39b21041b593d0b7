package dev.weir.control.fleet;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** One request under way at one engine, and what becomes of it there. */
public final class EngineLease implements AutoCloseable {
    private final Engine engine;
    private final EngineAccount account;
    private final BreakerLimits limits;
    private final AtomicBoolean judged = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    EngineLease(Engine engine, EngineAccount account, BreakerLimits limits) {
        this.engine = engine;
        this.account = account;
        this.limits = limits;
        account.underWay().incrementAndGet();
        account.breaker().begin();
    }

    public Engine engine() {
        return engine;
    }

    /** The engine began to answer, after this long. Only the first word on a request counts. */
    public void answered(Duration after) {
        if (judged.compareAndSet(false, true)) {
            if (after.compareTo(limits.slowFirstByte()) > 0) {
                account.breaker().failed();
            } else {
                account.breaker().succeeded();
            }
        }
    }

    /** The engine failed the request, before its answer began or in the middle of it. */
    public void failed() {
        judged.set(true);
        account.breaker().failed();
    }

    /** Closing twice is closing once. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            account.underWay().decrementAndGet();
            if (judged.compareAndSet(false, true)) {
                account.breaker().endedOtherwise();
            }
        }
    }
}
