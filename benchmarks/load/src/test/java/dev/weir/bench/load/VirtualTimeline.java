package dev.weir.bench.load;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that passes only as far as there is something to do. */
public final class VirtualTimeline implements Timeline {
    private static final int EVENTS_MAX = 10_000_000;

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::nanos).thenComparingLong(Event::order));
    private long nowNanos = 1_000_000_000;
    private long order;

    private record Event(long nanos, long order, Runnable action) {}

    @Override
    public long nanos() {
        return nowNanos;
    }

    @Override
    public void at(long nanos, Runnable action) {
        events.add(new Event(Math.max(nanos, nowNanos), order++, action));
    }

    /** Until nothing is left to happen. */
    public void run() {
        for (int i = 0; !events.isEmpty(); i++) {
            if (i == EVENTS_MAX) {
                throw new AssertionError("the simulation does not end");
            }
            Event next = events.remove();
            nowNanos = next.nanos();
            next.action().run();
        }
    }
}
