package dev.weir.engine.ffi;

import dev.weir.engine.execution.ExecutionException;
import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.execution.ModelExecutor;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;

/** The CPU backend: one native session of a model, confined to the thread that makes it. The model outlives it. */
public final class CpuModelExecutor implements ModelExecutor {

    private final NativeSession session;
    private final ExecutorLimits limits;

    /**
     * Takes the KV cache and the working memory.
     *
     * @param limits what to make room for; a row is sampled per sequence and step, or of each token where prompts are weighed
     * @param threadCount worker threads with the caller's; 0: one for each physical core
     */
    public CpuModelExecutor(NativeModel model, ExecutorLimits limits, int threadCount) {
        this(
                model,
                limits,
                new SessionConfig(
                        limits.blockCount(),
                        limits.blockTokens(),
                        limits.stepTokensMax(),
                        limits.stepSequencesMax(),
                        limits.stepTokensMax(),
                        limits.topLogprobsMax(),
                        threadCount,
                        Abi.ISA_AUTO,
                        false));
    }

    CpuModelExecutor(NativeModel model, ExecutorLimits limits, SessionConfig config) {
        this.limits = limits;
        this.session = new NativeSession(model, config);
    }

    @Override
    public ExecutorLimits limits() {
        return limits;
    }

    @Override
    public void execute(StepPlan plan, StepResult result) {
        try {
            session.step(plan, result);
        } catch (NativeException failure) {
            // A refused plan has changed nothing; after anything else the session cannot be trusted.
            boolean fatal = failure.status() != NativeStatus.INVALID_ARGUMENT;
            throw new ExecutionException(failure.getMessage(), fatal);
        }
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
