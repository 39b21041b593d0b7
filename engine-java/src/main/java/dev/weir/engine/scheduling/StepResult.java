package dev.weir.engine.scheduling;

/**
 * What a step sampled, in the order of the plan's samples. Reused like {@link StepPlan}: written by the executor, read before the next
 * step. Log-probabilities are set only for rows that asked for them.
 */
public final class StepResult {

    private final int topStride;
    private final int[] tokenIds;
    private final float[] logprobs;
    private final int[] topTokenIds;
    private final float[] topLogprobs;

    /** Room for {@code samplesMax} rows with {@code topLogprobsMax} alternatives each. */
    public StepResult(int samplesMax, int topLogprobsMax) {
        topStride = topLogprobsMax;
        tokenIds = new int[samplesMax];
        logprobs = new float[samplesMax];
        topTokenIds = new int[samplesMax * topLogprobsMax];
        topLogprobs = new float[samplesMax * topLogprobsMax];
    }

    /** Elements between rows of {@link #topTokenIds} and {@link #topLogprobs}. */
    public int topStride() {
        return topStride;
    }

    public int[] tokenIds() {
        return tokenIds;
    }

    public float[] logprobs() {
        return logprobs;
    }

    public int[] topTokenIds() {
        return topTokenIds;
    }

    public float[] topLogprobs() {
        return topLogprobs;
    }
}
