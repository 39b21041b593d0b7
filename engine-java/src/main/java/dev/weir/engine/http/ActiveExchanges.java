package dev.weir.engine.http;

import java.time.Duration;

/** Counts requests that are being answered, so that a shutdown can wait for the last. */
final class ActiveExchanges {

    private int count;

    synchronized void begin() {
        count++;
    }

    synchronized void end() {
        count--;
        if (count == 0) {
            notifyAll();
        }
    }

    synchronized boolean awaitNone(Duration patience) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        while (count > 0) {
            long leftNanos = deadlineNanos - System.nanoTime();
            if (leftNanos <= 0) {
                return false;
            }
            wait(leftNanos / 1_000_000, (int) (leftNanos % 1_000_000));
        }
        return true;
    }
}
