package dev.weir.bench.gateway;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** What one way of asking took in one round, in nanoseconds. */
final class Latencies {
    private static final long NANOS_MAX = 60_000_000_000L;
    private static final int DIGITS = 3;

    private final Histogram whole = new ConcurrentHistogram(NANOS_MAX, DIGITS);
    private final Histogram first = new ConcurrentHistogram(NANOS_MAX, DIGITS);
    private final Histogram events = new ConcurrentHistogram(NANOS_MAX, DIGITS);
    private final AtomicLong failures = new AtomicLong();
    private final AtomicReference<String> failure = new AtomicReference<>("");

    void whole(long nanos) {
        whole.recordValue(Math.clamp(nanos, 0, NANOS_MAX));
    }

    void first(long nanos) {
        first.recordValue(Math.clamp(nanos, 0, NANOS_MAX));
    }

    /** From the sending of an event to its arrival. */
    void event(long nanos) {
        events.recordValue(Math.clamp(nanos, 0, NANOS_MAX));
    }

    void failed(Exception why) {
        failures.incrementAndGet();
        failure.set(String.valueOf(why.getMessage()));
    }

    Histogram ofWholes() {
        return whole;
    }

    Histogram ofFirsts() {
        return first;
    }

    Histogram ofEvents() {
        return events;
    }

    long failureCount() {
        return failures.get();
    }

    /** Why the last one failed. */
    String lastFailure() {
        return failure.get();
    }
}
