package dev.weir.control.upstream;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.netty.resources.LoopResources;

/**
 * Keeps a request's time on the event loop that serves the request. Each request sets a few alarms, of which hardly one ever rings; out of a pool of
 * timers each would wake another thread only to be put off again. Who comes from no loop is served by the other timer.
 *
 * <p>What is scheduled runs on the loop and must not wait.
 */
public final class LoopTimer implements Scheduler {
    private final List<EventExecutor> loops = new ArrayList<>();
    private final Scheduler others;

    /**
     * A timer on these loops.
     *
     * @param others for threads that are none of the loops'; stays the caller's
     */
    public LoopTimer(LoopResources resources, Scheduler others) {
        resources.onClient(LoopResources.DEFAULT_NATIVE).forEach(loops::add);
        this.others = others;
    }

    private @Nullable EventExecutor here() {
        for (EventExecutor loop : loops) {
            if (loop.inEventLoop()) {
                return loop;
            }
        }
        return null;
    }

    @Override
    public Disposable schedule(Runnable task) {
        return others.schedule(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        EventExecutor loop = here();
        return loop == null ? others.schedule(task, delay, unit) : alarm(loop.schedule(task, delay, unit));
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
        EventExecutor loop = here();
        return loop == null
                ? others.schedulePeriodically(task, initialDelay, period, unit)
                : alarm(loop.scheduleAtFixedRate(task, initialDelay, period, unit));
    }

    /** Cancelling never interrupts: the thread is everybody's. */
    private static Disposable alarm(Future<?> future) {
        return () -> future.cancel(false);
    }

    @Override
    public long now(TimeUnit unit) {
        return others.now(unit);
    }

    @Override
    public Worker createWorker() {
        return new OneOwners();
    }

    /** Ends all that it was given, when it ends. */
    private final class OneOwners implements Worker {
        private final Disposable.Composite tasks = Disposables.composite();

        @Override
        public Disposable schedule(Runnable task) {
            return kept(LoopTimer.this.schedule(task));
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            return kept(LoopTimer.this.schedule(task, delay, unit));
        }

        @Override
        public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
            return kept(LoopTimer.this.schedulePeriodically(task, initialDelay, period, unit));
        }

        private Disposable kept(Disposable task) {
            tasks.add(task); // which ends it, where the owner has ended already
            return task;
        }

        @Override
        public void dispose() {
            tasks.dispose();
        }

        @Override
        public boolean isDisposed() {
            return tasks.isDisposed();
        }
    }
}
