package dev.weir.engine.ffi;

import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import java.util.stream.IntStream;

/**
 * The logits after every token of a text, to compare models by: what serving never lets out of the library. One text at a time, piece by
 * piece. Confined to the thread that makes it.
 */
public final class LogitsProbe implements AutoCloseable {

    /** Tokens of a piece: their rows of logits are held at once. */
    public static final int PIECE_TOKENS_MAX = 64;

    private static final int BLOCK_TOKENS = 16;

    private final NativeModelExecutor executor;
    private final StepPlan plan = new StepPlan(PIECE_TOKENS_MAX, 1);
    private final StepResult result = new StepResult(PIECE_TOKENS_MAX, 0);
    private int position;

    /**
     * A probe of a model, which outlives it.
     *
     * @param textTokensMax tokens of the longest text
     * @param threadCount worker threads with the caller's; 0: one for each physical core
     */
    public LogitsProbe(NativeModel model, int textTokensMax, int threadCount) {
        int blockCount = Math.ceilDiv(textTokensMax, BLOCK_TOKENS);
        ExecutorLimits limits = new ExecutorLimits(
                model.vocabSize(), model.contextTokensMax(), blockCount, BLOCK_TOKENS, PIECE_TOKENS_MAX, 1, 0);
        executor = new NativeModelExecutor(model, SessionConfig.onCpu(limits, threadCount, true));
    }

    /** Begins another text. */
    public void begin() {
        position = 0;
    }

    /** Computes the next {@code count} tokens of the text, the first being {@code tokenIds[from]}. */
    public void advance(int[] tokenIds, int from, int count) {
        plan.clear();
        plan.beginSequence(position);
        IntStream.range(0, Math.ceilDiv(position + count, BLOCK_TOKENS)).forEach(plan::addBlock);
        for (int i = from; i < from + count; i++) {
            plan.addToken(tokenIds[i]);
            plan.sampleHere(SamplingParams.greedy());
        }
        executor.execute(plan, result);
        position += count;
    }

    /** The logits after a token of the last piece, one for each id. */
    public float[] logits(int index) {
        return executor.logits(index);
    }

    @Override
    public void close() {
        executor.close();
    }
}
