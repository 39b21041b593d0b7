package dev.weir.engine;

import dev.weir.engine.lifecycle.MemoryNeed;
import dev.weir.engine.lifecycle.ModelSettings;
import dev.weir.engine.model.AttentionShape;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ExpertsShape;
import dev.weir.engine.model.ModelConfig;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorInfo;

/**
 * What a model will take in memory, told from its headers before anything of it is loaded.
 *
 * @param mappedBytes weights that are read where they lie in their files
 * @param copiedBytes weights that are converted into memory of their own
 * @param blockBytes of one KV block over all layers
 * @param workingBytes of a step, estimated from the widest rows that are held at once
 */
record Footprint(long mappedBytes, long copiedBytes, long blockBytes, long workingBytes) {

    /** Rows that a step computes at a time, and rows of logits: the native session's tiles. */
    private static final int TILE_TOKENS = 512;

    private static final int TILE_SAMPLES = 32;

    // of a CUDA device's kernels and session
    private static final int CUDA_CHUNK = 32;
    private static final int CUDA_HEAD_SIZE_MAX = 256;
    private static final int CUDA_TILE_TOKENS = 2048;
    private static final int CUDA_LOGIT_ROWS = 256;

    // of its library of matrix products, where results may depend on company
    private static final long CUDA_LIBRARY_BYTES = 32L << 20;
    private static final long CUDA_UNPACKED_BYTES_MAX = 64L << 20;

    static Footprint of(ModelDirectory directory, ModelSettings settings, int stepTokensMax, int sequencesMax) {
        HeldTypes types = new HeldTypes(settings.types(), directory.config().tiedEmbeddings());
        long mappedBytes = 0;
        long copiedBytes = 0;
        for (TensorInfo tensor : directory.weights().tensors()) {
            DType held = types.of(tensor);
            if (held == tensor.dtype()) {
                mappedBytes += tensor.sizeBytes();
            } else {
                copiedBytes += elements(tensor) / held.blockElements() * held.blockBytes();
            }
        }
        return new Footprint(
                mappedBytes,
                copiedBytes,
                blockBytes(directory.config(), types.kvCache(directory.weights())),
                workingBytes(directory.config(), stepTokensMax, sequencesMax));
    }

    /**
     * On a CUDA device. Matrices are packed as they are held where that is Q8_0 or Q4_0, and as BF16 otherwise; the embedding is BF16 and a table of
     * its own beside the LM head. Told without the rounding up to tiles: the native library has the last word when it takes the memory.
     *
     * @param batchVariant whether the device's library multiplies prompts, where there is one: only opening it would tell
     */
    static Footprint onCuda(
            ModelDirectory directory,
            ModelSettings settings,
            int stepTokensMax,
            int sequencesMax,
            boolean batchVariant) {
        ModelConfig config = directory.config();
        HeldTypes types = new HeldTypes(settings.types(), config.tiedEmbeddings());
        long weightBytes = config.tiedEmbeddings() ? (long) config.vocabSize() * config.hiddenSize() * Short.BYTES : 0;
        for (TensorInfo tensor : directory.weights().tensors()) {
            DType held = types.of(tensor);
            DType packed = held == DType.Q8_0 || held == DType.Q4_0 ? held : DType.BF16;
            weightBytes += elements(tensor) / packed.blockElements() * packed.blockBytes();
        }
        int headSize = config.attention().headSize();
        long headElements = headSize <= 128 ? Math.ceilDiv(headSize, CUDA_CHUNK) * CUDA_CHUNK : CUDA_HEAD_SIZE_MAX;
        int elementBytes = types.kvCache(directory.weights()) == DType.Q8_0 ? Byte.BYTES : Short.BYTES;
        long blockBytes = 2L
                * config.layerCount()
                * config.attention().kvHeadCount()
                * KvCacheSize.BLOCK_TOKENS
                * headElements
                * elementBytes;
        int rows = Math.ceilDiv(Math.min(stepTokensMax, CUDA_TILE_TOKENS), TILE_TOKENS);
        return new Footprint(
                0,
                weightBytes,
                blockBytes,
                rows * workingBytes(config, TILE_TOKENS, sequencesMax)
                        + (long) Float.BYTES * CUDA_LOGIT_ROWS * config.vocabSize()
                        + (batchVariant ? libraryBytes(config) : 0));
    }

    /**
     * What cuBLASLt works in, and as much of a layer's largest matrix as is unpacked for it at a time. That one reads hidden states: what writes them
     * has no more elements than what read them before.
     */
    static long libraryBytes(ModelConfig config) {
        AttentionShape attention = config.attention();
        long queryRows = (long) attention.queryHeadCount() * attention.headSize();
        long readRows = queryRows + 2L * attention.kvHeadCount() * attention.headSize();
        boolean dense = config.layers().stream().anyMatch(layer -> !layer.sparse());
        long mlpRows = dense ? 2L * config.intermediateSize() : 0;
        ExpertsShape experts = config.experts();
        long routerRows = experts == null ? 0 : experts.count();
        long rows = Math.max(Math.max(readRows, mlpRows), routerRows);
        return CUDA_LIBRARY_BYTES + Math.min(CUDA_UNPACKED_BYTES_MAX, rows * config.hiddenSize() * Short.BYTES);
    }

    private static long elements(TensorInfo tensor) {
        return tensor.sizeBytes() / tensor.dtype().blockBytes() * tensor.dtype().blockElements();
    }

    /** With a KV cache of that many blocks. */
    MemoryNeed with(int blockCount) {
        return new MemoryNeed(copiedBytes, mappedBytes, blockCount * blockBytes, workingBytes);
    }

    private static long blockBytes(ModelConfig config, DType dtype) {
        long headBytes = (long) Math.ceilDiv(config.attention().headSize(), dtype.blockElements()) * dtype.blockBytes();
        return 2L * config.layerCount() * config.attention().kvHeadCount() * KvCacheSize.BLOCK_TOKENS * headBytes;
    }

    private static long workingBytes(ModelConfig config, int stepTokensMax, int sequencesMax) {
        AttentionShape attention = config.attention();
        long heads = 2L * attention.queryHeadCount()
                + 2L * attention.kvHeadCount()
                + config.ropes().size();
        ExpertsShape experts = config.experts();
        long copies = experts == null ? 0 : experts.perToken();
        long inner = Math.max(config.intermediateSize(), experts == null ? 0 : copies * experts.intermediateSize());
        long rowElements = (3L + 2 * copies) * config.hiddenSize() + heads * attention.headSize() + 2 * inner;
        long rows = Math.min(stepTokensMax, TILE_TOKENS);
        long logitRows = Math.min(sequencesMax, TILE_SAMPLES);
        return Float.BYTES
                * (rows * rowElements + logitRows * config.vocabSize() + (long) sequencesMax * config.hiddenSize());
    }
}
