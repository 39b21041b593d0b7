package dev.weir.engine.model;

/**
 * The attention that all layers have in common.
 *
 * @param kvHeadCount divides {@code queryHeadCount}
 * @param headSize of queries, keys and values; even, for RoPE turns pairs
 * @param qkvBias query, key and value projections have biases
 * @param outputBias the output projection has a bias
 * @param scale what dot products of queries and keys are multiplied by
 * @param softcap a score {@code x} becomes {@code softcap * tanh(x / softcap)}; 0: it stays
 */
public record AttentionShape(
        int queryHeadCount,
        int kvHeadCount,
        int headSize,
        boolean qkvBias,
        boolean outputBias,
        QkNorm qkNorm,
        float scale,
        float softcap) {

    public static final int HEAD_COUNT_MAX = 1 << 12;
    public static final int HEAD_SIZE_MAX = 1 << 10;

    public AttentionShape {
        ModelConfig.requireSize("num_attention_heads", queryHeadCount, HEAD_COUNT_MAX);
        ModelConfig.requireSize("num_key_value_heads", kvHeadCount, HEAD_COUNT_MAX);
        ModelConfig.requireSize("head_dim", headSize, HEAD_SIZE_MAX);
        if (queryHeadCount % kvHeadCount != 0) {
            throw new IllegalArgumentException("num_key_value_heads (" + kvHeadCount
                    + ") must divide num_attention_heads (" + queryHeadCount + ")");
        }
        if (headSize % 2 != 0) {
            throw new IllegalArgumentException("head_dim must be even: " + headSize);
        }
        ModelConfig.requirePositive("the attention's scale", scale);
        ModelConfig.requireCap("attn_logit_softcapping", softcap);
    }
}
