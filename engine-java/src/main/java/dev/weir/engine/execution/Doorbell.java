package dev.weir.engine.execution;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes the engine thread. A ring while it is awake is not lost: the next wait ends at once. */
final class Doorbell {

    private final Semaphore rings = new Semaphore(0);

    void ring() {
        rings.release();
    }

    /** Waits for a ring, {@code nanosMax} at most. */
    void await(long nanosMax) throws InterruptedException {
        if (rings.tryAcquire(nanosMax, TimeUnit.NANOSECONDS)) {
            rings.drainPermits();
        }
    }
}
