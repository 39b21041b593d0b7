package dev.weir.engine.execution;

import dev.weir.engine.kvcache.KvMoves;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import java.util.function.LongSupplier;

/** Another executor on a clock of its own, on which computing a token and moving a block take a known time. */
final class TimedExecutor implements ModelExecutor, LongSupplier {

    private final ModelExecutor executor;
    private final long tokenNanos;
    private final long moveNanos;
    private long nowNanos;

    TimedExecutor(ModelExecutor executor, long tokenNanos, long moveNanos) {
        this.executor = executor;
        this.tokenNanos = tokenNanos;
        this.moveNanos = moveNanos;
    }

    @Override
    public long getAsLong() {
        return nowNanos;
    }

    @Override
    public ExecutorLimits limits() {
        return executor.limits();
    }

    @Override
    public void execute(StepPlan plan, StepResult result) {
        executor.execute(plan, result);
        nowNanos += plan.tokenCount() * tokenNanos;
    }

    @Override
    public void move(KvMoves moves) {
        executor.move(moves);
        nowNanos += moves.count() * moveNanos;
    }

    @Override
    public void close() {
        executor.close();
    }
}
