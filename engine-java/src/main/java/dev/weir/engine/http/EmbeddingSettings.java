package dev.weir.engine.http;

import dev.weir.engine.request.Pooling;

/**
 * What a model's embeddings are.
 *
 * @param dimensionsMax elements of the model's hidden states
 * @param pooling how a text's hidden states become one vector
 */
public record EmbeddingSettings(int dimensionsMax, Pooling pooling) {

    public EmbeddingSettings {
        if (pooling == Pooling.NONE) {
            throw new IllegalArgumentException("an embedding is pooled: pooling is NONE");
        }
    }
}
