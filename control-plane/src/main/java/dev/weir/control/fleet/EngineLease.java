package dev.weir.control.fleet;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** One request under way at one engine. */
public final class EngineLease implements AutoCloseable {
    private final Engine engine;
    private final AtomicInteger underWay;
    private final AtomicBoolean closed = new AtomicBoolean();

    EngineLease(Engine engine, AtomicInteger underWay) {
        this.engine = engine;
        this.underWay = underWay;
        underWay.incrementAndGet();
    }

    public Engine engine() {
        return engine;
    }

    /** Closing twice is closing once. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            underWay.decrementAndGet();
        }
    }
}
