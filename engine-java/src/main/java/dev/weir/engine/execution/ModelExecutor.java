package dev.weir.engine.execution;

import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;

/**
 * A backend: runs steps of one model over a paged KV cache. What it computes for a sequence depends on that sequence alone, bit for bit:
 * not on what else is in the step, on how its tokens were split over steps, or on which blocks hold them.
 *
 * <p>Confined to one thread: the one that made it calls everything, {@link #close} too.
 */
public interface ModelExecutor extends AutoCloseable {

    ExecutorLimits limits();

    /**
     * Computes the plan's tokens and fills {@code result}.
     *
     * @throws ExecutionException when the step failed; what the blocks of its sequences hold is then unknown
     */
    void execute(StepPlan plan, StepResult result);

    @Override
    void close();
}
