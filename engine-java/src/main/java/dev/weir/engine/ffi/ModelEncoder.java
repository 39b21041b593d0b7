package dev.weir.engine.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.engine.model.Architecture;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelConfig;
import dev.weir.engine.model.RopeScaling;
import dev.weir.engine.model.TensorInfo;
import dev.weir.engine.model.WeightsIndex;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A model's shape and the places of its weights as the structs of {@code weir_model_load}. */
record ModelEncoder(Arena arena) {

    /**
     * The shape.
     *
     * @param dtype how to hold weights and KV cache; null: as stored
     */
    MemorySegment config(ModelConfig config, @Nullable DType dtype) {
        MemorySegment struct = arena.allocate(Abi.MODEL_CONFIG);
        StructWriter writer = StructWriter.of(Abi.MODEL_CONFIG, struct)
                .set("architecture", architecture(config.architecture()))
                .set("dtype", dtype == null ? Abi.DTYPE_AUTO : dtype(dtype))
                .set("vocab_size", config.vocabSize())
                .set("hidden_size", config.hiddenSize())
                .set("intermediate_size", config.intermediateSize())
                .set("layer_count", config.layerCount())
                .set("query_head_count", config.queryHeadCount())
                .set("kv_head_count", config.kvHeadCount())
                .set("head_size", config.headSize())
                .set("context_tokens_max", config.contextTokensMax())
                .set("tied_embeddings", config.tiedEmbeddings())
                .set("qkv_bias", config.qkvBias())
                .set("output_bias", config.outputBias())
                .set("mlp_bias", config.mlpBias())
                .set("qk_norm", config.qkNorm())
                .set("rms_norm_epsilon", config.rmsNormEpsilon())
                .set("rope_theta", config.ropeTheta());
        switch (config.ropeScaling()) {
            case RopeScaling.None _ -> writer.set("rope_scaling", Abi.ROPE_SCALING_NONE);
            case RopeScaling.Linear linear ->
                writer.set("rope_scaling", Abi.ROPE_SCALING_LINEAR).set("rope_factor", linear.factor());
            case RopeScaling.Llama3 llama3 ->
                writer.set("rope_scaling", Abi.ROPE_SCALING_LLAMA3)
                        .set("rope_factor", llama3.factor())
                        .set("rope_low_freq_factor", llama3.lowFreqFactor())
                        .set("rope_high_freq_factor", llama3.highFreqFactor())
                        .set("rope_original_context_tokens", llama3.originalContextTokens());
        }
        return struct;
    }

    MemorySegment source(WeightsIndex weights) {
        List<Path> files = weights.files();
        MemorySegment paths = arena.allocate(ADDRESS, files.size());
        for (int i = 0; i < files.size(); i++) {
            paths.setAtIndex(ADDRESS, i, arena.allocateFrom(files.get(i).toString()));
        }
        List<TensorInfo> tensors = weights.tensors();
        MemorySegment table = arena.allocate(Abi.TENSOR, tensors.size());
        for (int i = 0; i < tensors.size(); i++) {
            encode(tensors.get(i), table.asSlice(i * Abi.TENSOR.byteSize(), Abi.TENSOR.byteSize()));
        }
        MemorySegment struct = arena.allocate(Abi.MODEL_SOURCE);
        StructWriter.of(Abi.MODEL_SOURCE, struct)
                .set("file_count", files.size())
                .set("file_paths", paths)
                .set("tensors", table)
                .set("tensor_count", tensors.size());
        return struct;
    }

    private void encode(TensorInfo tensor, MemorySegment struct) {
        StructWriter.of(Abi.TENSOR, struct)
                .set("name", arena.allocateFrom(tensor.name()))
                .set("file_index", tensor.fileIndex())
                .set("dtype", dtype(tensor.dtype()))
                .set("rank", tensor.shape().size())
                .set("offset_bytes", tensor.offsetBytes())
                .set("size_bytes", tensor.sizeBytes());
        // A rank beyond the ABI's is refused by the library by the tensor's name; its tail is simply not written.
        long shape = Abi.offset(Abi.TENSOR, "shape");
        for (int i = 0; i < Math.min(tensor.shape().size(), Abi.TENSOR_RANK_MAX); i++) {
            struct.set(JAVA_LONG, shape + (long) i * Long.BYTES, tensor.shape().get(i));
        }
    }

    private static int architecture(Architecture architecture) {
        return switch (architecture) {
            case LLAMA -> Abi.ARCHITECTURE_LLAMA;
            case QWEN2 -> Abi.ARCHITECTURE_QWEN2;
            case QWEN3 -> Abi.ARCHITECTURE_QWEN3;
        };
    }

    private static int dtype(DType dtype) {
        return switch (dtype) {
            case F32 -> Abi.DTYPE_F32;
            case F16 -> Abi.DTYPE_F16;
            case BF16 -> Abi.DTYPE_BF16;
            case Q8_0 -> Abi.DTYPE_Q8_0;
            case Q4_0 -> Abi.DTYPE_Q4_0;
            case Q4_1 -> Abi.DTYPE_Q4_1;
            case Q5_0 -> Abi.DTYPE_Q5_0;
            case Q5_1 -> Abi.DTYPE_Q5_1;
            case Q4_K -> Abi.DTYPE_Q4_K;
            case Q5_K -> Abi.DTYPE_Q5_K;
            case Q6_K -> Abi.DTYPE_Q6_K;
        };
    }
}
