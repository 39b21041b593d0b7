package dev.weir.engine.model;

import org.jspecify.annotations.Nullable;

/**
 * The shape of a decoder-only transformer, as {@code config.json} states it. Sizes count elements. The limits keep every product of two
 * of them within a {@code long} and name what no model has rather than fail later in an allocation.
 *
 * @param declaredDtype what config.json says the weights are in; the files have the last word
 * @param kvHeadCount divides {@code queryHeadCount}
 * @param headSize of queries, keys and values; even, for RoPE turns pairs
 * @param contextTokensMax {@code max_position_embeddings}
 * @param tiedEmbeddings the LM head is the embedding table
 * @param qkvBias query, key and value projections have biases
 * @param outputBias the attention output projection has a bias
 * @param mlpBias gate, up and down projections have biases
 * @param qkNorm RMSNorm over each head of queries and keys before RoPE
 */
public record ModelConfig(
        Architecture architecture,
        @Nullable DType declaredDtype,
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int layerCount,
        int queryHeadCount,
        int kvHeadCount,
        int headSize,
        int contextTokensMax,
        boolean tiedEmbeddings,
        boolean qkvBias,
        boolean outputBias,
        boolean mlpBias,
        boolean qkNorm,
        float rmsNormEpsilon,
        double ropeTheta,
        RopeScaling ropeScaling) {

    public static final int VOCAB_SIZE_MAX = 1 << 24;
    public static final int HIDDEN_SIZE_MAX = 1 << 17;
    public static final int INTERMEDIATE_SIZE_MAX = 1 << 20;
    public static final int LAYER_COUNT_MAX = 1 << 10;
    public static final int HEAD_COUNT_MAX = 1 << 12;
    public static final int HEAD_SIZE_MAX = 1 << 10;
    public static final int CONTEXT_TOKENS_MAX = 1 << 24;

    public ModelConfig {
        requireSize("vocab_size", vocabSize, VOCAB_SIZE_MAX);
        requireSize("hidden_size", hiddenSize, HIDDEN_SIZE_MAX);
        requireSize("intermediate_size", intermediateSize, INTERMEDIATE_SIZE_MAX);
        requireSize("num_hidden_layers", layerCount, LAYER_COUNT_MAX);
        requireSize("num_attention_heads", queryHeadCount, HEAD_COUNT_MAX);
        requireSize("num_key_value_heads", kvHeadCount, HEAD_COUNT_MAX);
        requireSize("head_dim", headSize, HEAD_SIZE_MAX);
        requireSize("max_position_embeddings", contextTokensMax, CONTEXT_TOKENS_MAX);
        if (queryHeadCount % kvHeadCount != 0) {
            throw new IllegalArgumentException("num_key_value_heads (" + kvHeadCount
                    + ") must divide num_attention_heads (" + queryHeadCount + ")");
        }
        if (headSize % 2 != 0) {
            throw new IllegalArgumentException("head_dim must be even: " + headSize);
        }
        if (!(rmsNormEpsilon > 0 && rmsNormEpsilon < 1)) {
            throw new IllegalArgumentException("rms_norm_eps must be in (0, 1): " + rmsNormEpsilon);
        }
        if (!(ropeTheta >= 1 && Double.isFinite(ropeTheta))) {
            throw new IllegalArgumentException("rope_theta must be at least 1: " + ropeTheta);
        }
    }

    private static void requireSize(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + " must be in [1, " + max + "]: " + value);
        }
    }
}
