package dev.weir.engine.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Models that are nothing but their life, and that a test can hold up or break at any point of it. */
final class FakeModels implements ModelOpener<FakeModels.Fake> {

    static final long GIB = 1L << 30;

    final ConcurrentLinkedQueue<String> happened = new ConcurrentLinkedQueue<>();
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger awake = new AtomicInteger();
    volatile MemoryNeed need = new MemoryNeed(0, GIB, GIB, 0);
    volatile @Nullable RuntimeException openFailure;
    volatile @Nullable RuntimeException wakeFailure;
    volatile int activeRequests;
    volatile boolean alive = true;

    /** Wakes wait for it. */
    volatile CountDownLatch gate = new CountDownLatch(0);

    /** Is counted down when a wake has begun. */
    volatile CountDownLatch waking = new CountDownLatch(0);

    @Override
    public Fake open(ModelSpec spec) {
        happened.add("open " + spec.name());
        if (openFailure != null) {
            throw openFailure;
        }
        open.incrementAndGet();
        return new Fake(spec.name());
    }

    @Override
    public MemoryNeed measure(ModelSpec spec, long freeBytes) {
        return need;
    }

    List<String> events() {
        return List.copyOf(happened);
    }

    final class Fake implements ManagedModel {

        private final String name;
        private boolean isAwake;
        private boolean closed;

        Fake(String name) {
            this.name = name;
        }

        @Override
        public MemoryNeed need(long freeBytes) {
            return need;
        }

        @Override
        public void wake(MemoryNeed granted, Progress.Listener progress) {
            progress.at(new Progress(Progress.Phase.WARMING, 1, 2));
            waking.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            if (wakeFailure != null) {
                throw wakeFailure;
            }
            happened.add("wake " + name);
            isAwake = true;
            awake.incrementAndGet();
        }

        @Override
        public boolean rest(Duration patience, String why, FilePages pages) {
            happened.add("rest " + name + " " + patience + " " + pages);
            if (isAwake) {
                isAwake = false;
                awake.decrementAndGet();
            }
            boolean whole = activeRequests == 0 || !patience.isZero();
            activeRequests = 0;
            return whole;
        }

        @Override
        public int activeRequests() {
            return activeRequests;
        }

        @Override
        public boolean isAlive() {
            return alive;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                happened.add("close " + name);
                open.decrementAndGet();
                if (isAwake) {
                    isAwake = false;
                    awake.decrementAndGet();
                }
            }
        }
    }
}
