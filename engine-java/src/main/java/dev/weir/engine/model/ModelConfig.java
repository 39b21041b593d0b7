package dev.weir.engine.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a decoder-only transformer, as {@code config.json} states it. Sizes count elements. The limits keep every product of two
 * of them within a {@code long} and name what no model has rather than fail later in an allocation.
 *
 * @param declaredDtype what config.json says the weights are in; the files have the last word
 * @param intermediateSize of a layer with one MLP
 * @param contextTokensMax {@code max_position_embeddings}
 * @param attention what all layers' attention has in common
 * @param mlpBias gate, up and down projections have biases
 * @param experts of the sparse layers; null where there is none
 * @param normPlusOne a norm multiplies by 1 + its stored weight
 * @param tiedEmbeddings the LM head is the embedding table
 * @param embeddingScale what embeddings are multiplied by
 * @param logitSoftcap a logit {@code x} becomes {@code logitSoftcap * tanh(x / logitSoftcap)}; 0: it stays
 * @param ropes those that the layers use
 */
public record ModelConfig(
        Architecture architecture,
        @Nullable DType declaredDtype,
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int contextTokensMax,
        AttentionShape attention,
        Activation activation,
        boolean mlpBias,
        @Nullable ExpertsShape experts,
        float rmsNormEpsilon,
        boolean normPlusOne,
        boolean tiedEmbeddings,
        float embeddingScale,
        float logitSoftcap,
        List<Rope> ropes,
        List<LayerShape> layers) {

    public static final int VOCAB_SIZE_MAX = 1 << 24;
    public static final int HIDDEN_SIZE_MAX = 1 << 17;
    public static final int INTERMEDIATE_SIZE_MAX = 1 << 20;
    public static final int LAYER_COUNT_MAX = 1 << 10;
    public static final int CONTEXT_TOKENS_MAX = 1 << 24;
    public static final int ROPE_COUNT_MAX = 16;

    public ModelConfig {
        ropes = List.copyOf(ropes);
        layers = List.copyOf(layers);
        requireSize("vocab_size", vocabSize, VOCAB_SIZE_MAX);
        requireSize("hidden_size", hiddenSize, HIDDEN_SIZE_MAX);
        requireSize("intermediate_size", intermediateSize, INTERMEDIATE_SIZE_MAX);
        requireSize("num_hidden_layers", layers.size(), LAYER_COUNT_MAX);
        requireSize("max_position_embeddings", contextTokensMax, CONTEXT_TOKENS_MAX);
        requireSize("the number of RoPEs", ropes.size(), ROPE_COUNT_MAX);
        if (!(rmsNormEpsilon > 0 && rmsNormEpsilon < 1)) {
            throw new IllegalArgumentException("rms_norm_eps must be in (0, 1): " + rmsNormEpsilon);
        }
        requirePositive("the embeddings' scale", embeddingScale);
        requireCap("final_logit_softcapping", logitSoftcap);
        for (Rope rope : ropes) {
            if (rope.rotarySize() > attention.headSize()) {
                throw new IllegalArgumentException(
                        "a RoPE turns " + rope.rotarySize() + " elements of a head of " + attention.headSize());
            }
        }
        for (LayerShape layer : layers) {
            if (layer.ropeIndex() >= ropes.size()) {
                throw new IllegalArgumentException("a layer uses RoPE " + layer.ropeIndex() + " of " + ropes.size());
            }
            if (layer.sparse() && experts == null) {
                throw new IllegalArgumentException("a layer is sparse, but the model has no experts");
            }
        }
    }

    public int layerCount() {
        return layers.size();
    }

    /** This model served with no sequence longer than {@code contextTokens}: some RoPEs turn otherwise in a short context. */
    public ModelConfig servedWithin(int contextTokens) {
        return new ModelConfig(
                architecture,
                declaredDtype,
                vocabSize,
                hiddenSize,
                intermediateSize,
                contextTokensMax,
                attention,
                activation,
                mlpBias,
                experts,
                rmsNormEpsilon,
                normPlusOne,
                tiedEmbeddings,
                embeddingScale,
                logitSoftcap,
                ropes.stream().map(rope -> rope.within(contextTokens)).toList(),
                layers);
    }

    static void requireSize(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + " must be in [1, " + max + "]: " + value);
        }
    }

    static void requirePositive(String name, float value) {
        if (!(value > 0 && Float.isFinite(value))) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }

    static void requireCap(String name, float value) {
        if (!(value >= 0 && Float.isFinite(value))) {
            throw new IllegalArgumentException(name + " must not be negative: " + value);
        }
    }
}
