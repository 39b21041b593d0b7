package dev.weir.engine.scheduling;

/**
 * What a step sampled, in the order of the plan's samples. Reused like {@link StepPlan}: written by the executor, read before the next
 * step. Log-probabilities are set only for rows that asked for them, hidden states only for tokens whose plan asked for them.
 */
public final class StepResult {

    private final int topStride;
    private final int[] tokenIds;
    private final float[] logprobs;
    private final int[] topTokenIds;
    private final float[] topLogprobs;
    private float[] hidden = new float[0];
    private int hiddenSize;

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

    /** The hidden states asked for, one after the other, in the order of the plan; {@link #hiddenSize} elements each. */
    public float[] hidden() {
        return hidden;
    }

    public int hiddenSize() {
        return hiddenSize;
    }

    /** Where an executor writes {@code rows} hidden states; grows with the largest step that asks for any. */
    public float[] hiddenFor(int rows, int size) {
        hiddenSize = size;
        if (rows * size > hidden.length) {
            hidden = new float[Math.max(rows * size, 2 * hidden.length)];
        }
        return hidden;
    }
}
