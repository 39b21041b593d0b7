package dev.weir.models.training;

/**
 * The sizes of a Llama.
 *
 * @param vocabulary rows of the embedding, which is also the output projection
 * @param hidden width of the residual stream
 * @param intermediate width inside the feed-forward block
 * @param heads query heads of {@code headSize} each
 * @param kvHeads key and value heads, each shared by {@code heads / kvHeads} query heads
 * @param contextTokens the longest text
 */
public record LlamaShape(
        int vocabulary,
        int hidden,
        int intermediate,
        int layers,
        int heads,
        int kvHeads,
        int headSize,
        int contextTokens) {
    public static final float ROPE_THETA = 10_000f;
    public static final float NORM_EPSILON = 1e-5f;

    public LlamaShape {
        if (vocabulary < 1 || layers < 1 || kvHeads < 1 || contextTokens < 1) {
            throw new IllegalArgumentException("sizes must be positive");
        }
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException("heads must be a multiple of kvHeads: " + heads + ", " + kvHeads);
        }
        if (headSize % 2 != 0) {
            throw new IllegalArgumentException("headSize must be even for rotary positions: " + headSize);
        }
    }

    public int queryWidth() {
        return heads * headSize;
    }

    public int kvWidth() {
        return kvHeads * headSize;
    }

    public long parameters() {
        long layer = (long) hidden * (queryWidth() + 2L * kvWidth())
                + (long) queryWidth() * hidden
                + 3L * hidden * intermediate
                + 2L * hidden;
        return layers * layer + (long) vocabulary * hidden + hidden;
    }
}
