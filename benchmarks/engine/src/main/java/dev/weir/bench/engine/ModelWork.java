package dev.weir.bench.engine;

import dev.weir.engine.ffi.MachinePeak;
import dev.weir.engine.ffi.NativeModel;
import dev.weir.engine.model.ModelConfig;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorInfo;
import java.util.Comparator;

/**
 * What a step must read and compute at least.
 *
 * @param weightBytes read by every step: all matrices as they are held, without an embedding table that is only looked up
 * @param kvBytesPerToken of one position, over all layers
 * @param layerParameters of matrices that each token is multiplied by
 * @param headParameters of the matrix that each sampled token is multiplied by
 * @param attendOperations for one token to attend to one position
 * @param operands what most matrices are multiplied as at best
 */
record ModelWork(
        long weightBytes,
        long kvBytesPerToken,
        long layerParameters,
        long headParameters,
        long attendOperations,
        MachinePeak operands) {
    private static final String EMBEDDINGS = "model.embed_tokens.weight";
    private static final String LM_HEAD = "lm_head.weight";
    private static final int MULTIPLY_AND_ADD = 2;

    static ModelWork of(ModelDirectory directory, NativeModel model, int blockTokens) {
        ModelConfig config = directory.config();
        if (config.experts() != null) {
            throw new IllegalArgumentException(
                    directory.path() + " is a mixture of experts: what a step reads depends on its tokens");
        }
        long held = model.held().stream().mapToLong(NativeModel.Held::sizeBytes).sum();
        long lookedUp = config.tiedEmbeddings()
                ? 0
                : directory
                        .weights()
                        .tensor(EMBEDDINGS)
                        .map(TensorInfo::sizeBytes)
                        .orElse(0L);
        long layerParameters = directory.weights().tensors().stream()
                .filter(tensor -> tensor.shape().size() == 2)
                .filter(tensor ->
                        !tensor.name().equals(EMBEDDINGS) && !tensor.name().equals(LM_HEAD))
                .mapToLong(tensor -> tensor.shape().get(0) * tensor.shape().get(1))
                .sum();
        long queryWidth =
                (long) config.attention().queryHeadCount() * config.attention().headSize();
        return new ModelWork(
                held - lookedUp,
                model.blockBytes(blockTokens) / blockTokens,
                layerParameters,
                (long) config.vocabSize() * config.hiddenSize(),
                2 * MULTIPLY_AND_ADD * queryWidth * config.layerCount(),
                operands(model));
    }

    private static MachinePeak operands(NativeModel model) {
        String type = model.held().stream()
                .max(Comparator.comparingLong(NativeModel.Held::sizeBytes))
                .map(NativeModel.Held::type)
                .orElse("");
        return switch (type) {
            case "bfloat16" -> MachinePeak.BF16;
            case "float32", "float16" -> MachinePeak.F32;
            default -> MachinePeak.INT8;
        };
    }

    /** To give each of so many sequences of that length its next token. */
    long decodeBytes(int sequences, int depth) {
        return weightBytes + sequences * (depth + 1L) * kvBytesPerToken;
    }

    long decodeOperations(int sequences, int depth) {
        return sequences * (MULTIPLY_AND_ADD * (layerParameters + headParameters) + depth * attendOperations);
    }

    /** To compute a prompt of so many tokens in so many steps: each step reads the weights, and what lies before it. */
    long prefillBytes(int tokens, int stepTokens) {
        long bytes = 0;
        for (int from = 0; from < tokens; from += stepTokens) {
            bytes += weightBytes + Math.min(tokens, from + stepTokens) * kvBytesPerToken;
        }
        return bytes;
    }

    long prefillOperations(int tokens) {
        long attended = (long) tokens * (tokens + 1) / 2;
        return MULTIPLY_AND_ADD * (tokens * layerParameters + headParameters) + attended * attendOperations;
    }
}
