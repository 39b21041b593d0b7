package dev.weir.engine.http;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Which requests are being prepared. Between finding its model and being submitted to it, a request holds nothing that the model knows of;
 * so whoever takes a model away first makes it unfindable, and then waits for those that may have found it before.
 */
final class Preparations {

    private final Set<CountDownLatch> running = ConcurrentHashMap.newKeySet();

    /** Says that a preparation begins; what it returns says that it has ended. */
    Runnable begin() {
        CountDownLatch preparation = new CountDownLatch(1);
        running.add(preparation);
        return () -> {
            running.remove(preparation);
            preparation.countDown();
        };
    }

    /** Waits until every preparation that has begun before now has ended; false when one still had not after {@code patience}. */
    boolean awaitThoseBegun(Duration patience) {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        try {
            for (CountDownLatch preparation : List.copyOf(running)) {
                if (!preparation.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
