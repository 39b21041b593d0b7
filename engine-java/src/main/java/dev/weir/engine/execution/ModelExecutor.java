package dev.weir.engine.execution;

import dev.weir.engine.kvcache.KvMoves;
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

    /**
     * Copies blocks to places in the machine's memory, then places to blocks. What is copied stays where it was, too. Only of an executor whose limits
     * have such places.
     *
     * @throws ExecutionException when that failed; what any block or place holds is then unknown
     */
    default void move(KvMoves moves) {
        throw new UnsupportedOperationException("this executor has no places in the machine's memory");
    }

    /**
     * Copies what blocks hold to memory that outlives this executor. Only of an executor whose limits have places in the machine's memory.
     *
     * @throws ExecutionException when there is no such memory, or copying failed
     */
    default SavedBlocks save(int[] blocks) {
        throw new UnsupportedOperationException("this executor has no places in the machine's memory");
    }

    /**
     * Copies what another executor of the same model saved into blocks of this one, as many as are named.
     *
     * @throws ExecutionException when that failed; what these blocks hold is then unknown
     */
    default void load(SavedBlocks saved, int[] blocks) {
        throw new UnsupportedOperationException("this executor has no places in the machine's memory");
    }

    @Override
    void close();
}
