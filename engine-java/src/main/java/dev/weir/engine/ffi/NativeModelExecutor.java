package dev.weir.engine.ffi;

import dev.weir.engine.device.ComputeDevice;
import dev.weir.engine.execution.ExecutionException;
import dev.weir.engine.execution.ExecutionException.GoesOn;
import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.execution.ModelExecutor;
import dev.weir.engine.execution.SavedBlocks;
import dev.weir.engine.kvcache.KvMoves;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;

/** The CPU and the CUDA backend: one native session of a model, confined to the thread that makes it. The model outlives it. */
public final class NativeModelExecutor implements ModelExecutor {

    private final NativeSession session;
    private final ExecutorLimits limits;

    /** On the CPU. */
    public NativeModelExecutor(NativeModel model, ExecutorLimits limits, int threadCount) {
        this(model, limits, threadCount, ComputeDevice.cpu());
    }

    /**
     * Takes the KV cache and the working memory.
     *
     * @param limits what to make room for
     * @param threadCount worker threads with the caller's; 0: one for each physical core
     * @throws ExecutionException where there is not so much memory, or the device does not serve
     */
    public NativeModelExecutor(NativeModel model, ExecutorLimits limits, int threadCount, ComputeDevice device) {
        this(
                model,
                new SessionConfig(
                        limits,
                        threadCount,
                        device.cuda()
                                .map(cuda -> Abi.DEVICE_CUDA + cuda.index())
                                .orElse(Abi.DEVICE_CPU),
                        device.batchVariant(),
                        false));
    }

    NativeModelExecutor(NativeModel model, SessionConfig config) {
        limits = config.limits();
        try {
            session = new NativeSession(model, config);
        } catch (NativeException failure) {
            throw explained(failure);
        }
    }

    @Override
    public ExecutorLimits limits() {
        return limits;
    }

    @Override
    public void execute(StepPlan plan, StepResult result) {
        explained(() -> session.step(plan, result));
    }

    @Override
    public void move(KvMoves moves) {
        explained(() -> session.move(moves));
    }

    @Override
    public SavedBlocks save(int[] blocks) {
        try {
            return session.save(blocks);
        } catch (NativeException failure) {
            throw explained(failure);
        }
    }

    @Override
    public void load(SavedBlocks saved, int[] blocks) {
        explained(() -> session.load((NativeSavedBlocks) saved, blocks));
    }

    private static void explained(Runnable call) {
        try {
            call.run();
        } catch (NativeException failure) {
            throw explained(failure);
        }
    }

    private static ExecutionException explained(NativeException failure) {
        return failure.status() == NativeStatus.OUT_OF_MEMORY
                ? ExecutionException.outOfMemory(failure.getMessage())
                : new ExecutionException(failure.getMessage(), goesOn(failure.status()));
    }

    /** A plan that is refused, or that there is no memory for, has changed nothing; after anything else the session cannot be trusted. */
    private static GoesOn goesOn(NativeStatus status) {
        return switch (status) {
            case INVALID_ARGUMENT, OUT_OF_MEMORY -> GoesOn.EXECUTOR;
            case DEVICE_LOST -> GoesOn.ANOTHER_PROCESS;
            case OK, STALE_HANDLE, WRONG_THREAD, DEVICE_ERROR, FILE_ERROR -> GoesOn.ANOTHER_EXECUTOR;
        };
    }

    /** The logits of a sample of the last step; only where the session was made to keep them. */
    float[] logits(int sampleIndex) {
        return session.logits(sampleIndex);
    }

    @Override
    public void close() {
        session.close();
    }
}
