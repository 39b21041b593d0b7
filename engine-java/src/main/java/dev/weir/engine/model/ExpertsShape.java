package dev.weir.engine.model;

/**
 * The experts of a sparse layer.
 *
 * @param count of experts in a layer
 * @param perToken how many of them a token takes
 * @param intermediateSize of each
 * @param weightsNormalized the weights of a token's experts sum to 1
 */
public record ExpertsShape(int count, int perToken, int intermediateSize, boolean weightsNormalized) {

    public static final int COUNT_MAX = 1 << 10;
    public static final int PER_TOKEN_MAX = 64;

    public ExpertsShape {
        ModelConfig.requireSize("the number of experts", count, COUNT_MAX);
        ModelConfig.requireSize("num_experts_per_tok", perToken, Math.min(count, PER_TOKEN_MAX));
        ModelConfig.requireSize("the experts' intermediate size", intermediateSize, ModelConfig.INTERMEDIATE_SIZE_MAX);
    }
}
