package dev.weir.control.storage;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Work with the database that is done again and again, one round after the other, on a thread that may wait.
 *
 * <p>It ends cleanly: when {@link #stop} returns, the last round is over. Nobody is interrupted in the middle of a statement, which would close
 * the embedded database's file under everybody else. A round that fails is told once, however many fail after it, and the next one comes all the
 * same.
 */
public final class Rounds implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Rounds.class);
    /** A round that takes longer is left behind. */
    private static final Duration STOP_MAX = Duration.ofSeconds(10);

    private final String what;
    private final Duration every;
    private final Runnable round;
    private final Runnable first;
    private final Runnable last;
    private @Nullable Going going;
    private boolean failing;

    private record Going(CountDownLatch stopping, Thread thread) {}

    private Rounds(String what, Duration every, Runnable round, Runnable first, Runnable last) {
        this.what = what;
        this.every = every;
        this.round = round;
        this.first = first;
        this.last = last;
    }

    /**
     * Rounds that have not begun.
     *
     * @param what is done, as the subject of a sentence
     * @param every how long the pause between two rounds is
     */
    public static Rounds of(String what, Duration every, Runnable round) {
        return new Rounds(what, every, round, () -> {}, () -> {});
    }

    /** The first round is part of starting, which fails if it does: nobody is let in before it. */
    public Rounds beginningAtOnce() {
        return new Rounds(what, every, round, round, last);
    }

    /** What is to be done once no round will come any more. */
    public Rounds endingWith(Runnable end) {
        return new Rounds(what, every, round, first, end);
    }

    @Override
    public synchronized void start() {
        if (going == null) {
            first.run();
            CountDownLatch stopping = new CountDownLatch(1);
            Thread thread = Thread.ofVirtual().name("weir-rounds").unstarted(() -> go(stopping));
            going = new Going(stopping, thread);
            thread.start();
        }
    }

    private void go(CountDownLatch stopping) {
        try {
            while (!stopping.await(every.toNanos(), TimeUnit.NANOSECONDS)) {
                attempt(round);
            }
            attempt(last);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void attempt(Runnable work) {
        try {
            work.run();
            if (failing) {
                failing = false;
                log.info("{} goes on", what);
            }
        } catch (RuntimeException failure) {
            if (!failing) {
                failing = true;
                log.warn("{} stands still: {}", what, failure.getMessage());
            }
        }
    }

    @Override
    public synchronized void stop() {
        Going ending = going;
        if (ending == null) {
            return;
        }
        going = null;
        ending.stopping().countDown();
        try {
            if (!ending.thread().join(STOP_MAX)) {
                log.warn("{} has not ended within {} s", what, STOP_MAX.toSeconds());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return going != null;
    }

    @Override
    public int getPhase() {
        return Database.PHASE + 1;
    }
}
