package dev.weir.engine.execution;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the executor that serves now, and counts how often in a row it had to be replaced. Confined to the engine thread. */
final class ExecutorSlot {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutorSlot.class);

    private final Supplier<? extends ModelExecutor> executors;
    private final ExecutorLimits limits;
    private final int restartsMax;
    private final Duration restartDelay;
    private @Nullable ModelExecutor executor;
    private int restartCount;

    ExecutorSlot(Supplier<? extends ModelExecutor> executors, ExecutorLimits limits, LoopLimits loopLimits) {
        this.executors = executors;
        this.limits = limits;
        restartsMax = loopLimits.restartsMax();
        restartDelay = loopLimits.restartDelay();
    }

    void open() {
        ModelExecutor opened = executors.get();
        if (!opened.limits().equals(limits)) {
            opened.close();
            throw new IllegalStateException(
                    "the executor was made for " + opened.limits() + ", the loop for " + limits);
        }
        executor = opened;
    }

    ModelExecutor executor() {
        if (executor == null) {
            throw new IllegalStateException("no executor is open");
        }
        return executor;
    }

    /** A step went well, so what failed before is over. */
    void worked() {
        restartCount = 0;
    }

    boolean mayRestart() {
        return restartCount < restartsMax;
    }

    /** Counts a restart; returns how long to wait before it. */
    Duration countRestart() {
        return restartDelay.multipliedBy(1L << restartCount++);
    }

    void close() {
        ModelExecutor closing = executor;
        executor = null;
        if (closing == null) {
            return;
        }
        try {
            closing.close();
        } catch (RuntimeException failure) {
            LOG.warn("An executor did not close cleanly.", failure);
        }
    }
}
