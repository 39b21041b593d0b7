package dev.weir.control.fleet;

import java.util.function.LongSupplier;

/**
 * Keeps requests away from an engine that fails them, and finds out with a few whether it has recovered.
 *
 * <p>Closed, until so many failures follow each other. Then open, for a while. Then half open: a few requests are let through at a time;
 * when enough of them in a row have succeeded it closes, and the first that fails opens it again. A request that ended for reasons of its
 * own, such as a client that left, says nothing about the engine.
 */
public final class CircuitBreaker {

    /** Where it is. */
    enum State {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    private final BreakerLimits limits;
    private final LongSupplier ticker;
    private State state = State.CLOSED;
    private int failuresInARow;
    private int successesInARow;
    private int trialsUnderWay;
    private long openedAtNanos;

    public CircuitBreaker(BreakerLimits limits, LongSupplier ticker) {
        this.limits = limits;
        this.ticker = ticker;
    }

    synchronized State state() {
        if (state == State.OPEN
                && ticker.getAsLong() - openedAtNanos >= limits.openFor().toNanos()) {
            state = State.HALF_OPEN;
            successesInARow = 0;
            trialsUnderWay = 0;
        }
        return state;
    }

    /** Whether {@link #begin} would let a request through now. */
    public synchronized boolean letsThrough() {
        return switch (state()) {
            case CLOSED -> true;
            case OPEN -> false;
            case HALF_OPEN -> trialsUnderWay < limits.trialSuccesses();
        };
    }

    /** A request goes to the engine. */
    public synchronized void begin() {
        if (state() == State.HALF_OPEN) {
            trialsUnderWay++;
        }
    }

    public synchronized void succeeded() {
        failuresInARow = 0;
        if (state() == State.HALF_OPEN) {
            endTrial();
            successesInARow++;
            if (successesInARow >= limits.trialSuccesses()) {
                state = State.CLOSED;
            }
        }
    }

    public synchronized void failed() {
        failuresInARow++;
        if (state() == State.HALF_OPEN || failuresInARow >= limits.failuresInARow()) {
            state = State.OPEN;
            openedAtNanos = ticker.getAsLong();
        }
    }

    /** Whoever failed is no more. */
    synchronized void close() {
        state = State.CLOSED;
        failuresInARow = 0;
    }

    /** A request ended and says nothing about the engine. */
    public synchronized void endedOtherwise() {
        if (state() == State.HALF_OPEN) {
            endTrial();
        }
    }

    /** One that began before the breaker opened may end now, and was never counted as a trial. */
    private void endTrial() {
        trialsUnderWay = Math.max(0, trialsUnderWay - 1);
    }
}
