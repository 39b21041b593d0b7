package dev.weir.engine.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.engine.model.Activation;
import dev.weir.engine.model.Architecture;
import dev.weir.engine.model.AttentionShape;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ExpertsShape;
import dev.weir.engine.model.LayerShape;
import dev.weir.engine.model.ModelConfig;
import dev.weir.engine.model.QkNorm;
import dev.weir.engine.model.Rope;
import dev.weir.engine.model.TensorInfo;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.model.WeightsIndex;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A model's shape and the places of its weights as the structs of {@code weir_model_load}. */
record ModelEncoder(Arena arena) {

    /** The shape, and how the weights are to be held. */
    MemorySegment config(ModelConfig config, TensorTypes types) {
        MemorySegment struct = arena.allocate(Abi.MODEL_CONFIG);
        AttentionShape attention = config.attention();
        StructWriter writer = StructWriter.of(Abi.MODEL_CONFIG, struct)
                .set("architecture", architecture(config.architecture()))
                .set("dtype", dtypeOrAuto(types.weights()))
                .set("quantize", dtypeOrAuto(types.quantize()))
                .set("vocab_size", config.vocabSize())
                .set("hidden_size", config.hiddenSize())
                .set("intermediate_size", config.intermediateSize())
                .set("layer_count", config.layerCount())
                .set("query_head_count", attention.queryHeadCount())
                .set("kv_head_count", attention.kvHeadCount())
                .set("head_size", attention.headSize())
                .set("context_tokens_max", config.contextTokensMax())
                .set("tied_embeddings", config.tiedEmbeddings())
                .set("qkv_bias", attention.qkvBias())
                .set("output_bias", attention.outputBias())
                .set("mlp_bias", config.mlpBias())
                .set("qk_norm", qkNorm(attention.qkNorm()))
                .set("norm_plus_one", config.normPlusOne())
                .set("activation", activation(config.activation()))
                .set("rope_count", config.ropes().size())
                .set("rms_norm_epsilon", config.rmsNormEpsilon())
                .set("embedding_scale", config.embeddingScale())
                .set("attention_scale", attention.scale())
                .set("attention_softcap", attention.softcap())
                .set("logit_softcap", config.logitSoftcap())
                .set("ropes", ropes(config.ropes()))
                .set("layers", layers(config.layers()));
        ExpertsShape experts = config.experts();
        if (experts != null) {
            writer.set("expert_count", experts.count())
                    .set("experts_per_token", experts.perToken())
                    .set("expert_intermediate_size", experts.intermediateSize())
                    .set("expert_weights_normalized", experts.weightsNormalized());
        }
        return struct;
    }

    private MemorySegment ropes(List<Rope> ropes) {
        MemorySegment table = arena.allocate(Abi.ROPE, ropes.size());
        for (int i = 0; i < ropes.size(); i++) {
            double[] frequencies = ropes.get(i).frequencies();
            StructWriter.of(Abi.ROPE, table.asSlice(i * Abi.ROPE.byteSize(), Abi.ROPE.byteSize()))
                    .set("frequencies", arena.allocateFrom(JAVA_DOUBLE, frequencies))
                    .set("pair_count", frequencies.length)
                    .set("amplitude", ropes.get(i).amplitude());
        }
        return table;
    }

    private MemorySegment layers(List<LayerShape> layers) {
        MemorySegment table = arena.allocate(Abi.LAYER, layers.size());
        for (int i = 0; i < layers.size(); i++) {
            StructWriter.of(Abi.LAYER, table.asSlice(i * Abi.LAYER.byteSize(), Abi.LAYER.byteSize()))
                    .set("attention_window", layers.get(i).attentionWindow())
                    .set("rope_index", layers.get(i).ropeIndex())
                    .set("sparse", layers.get(i).sparse());
        }
        return table;
    }

    MemorySegment source(WeightsIndex weights) {
        return source(weights.files(), weights.tensors());
    }

    /** Where tensors lie; {@link TensorInfo#fileIndex} counts the files. */
    MemorySegment source(List<Path> files, List<TensorInfo> tensors) {
        MemorySegment paths = arena.allocate(ADDRESS, files.size());
        for (int i = 0; i < files.size(); i++) {
            paths.setAtIndex(ADDRESS, i, arena.allocateFrom(files.get(i).toString()));
        }
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
                .set("storage", storage(tensor.storage()))
                .set("offset_bytes", tensor.offsetBytes())
                .set("size_bytes", tensor.sizeBytes());
        // A rank beyond the ABI's is refused by the library by the tensor's name; its tail is simply not written.
        long shape = Abi.offset(Abi.TENSOR, "shape");
        for (int i = 0; i < Math.min(tensor.shape().size(), Abi.TENSOR_RANK_MAX); i++) {
            struct.set(JAVA_LONG, shape + (long) i * Long.BYTES, tensor.shape().get(i));
        }
    }

    private static int storage(TensorInfo.Storage storage) {
        return switch (storage) {
            case AS_NAMED -> Abi.STORAGE_AS_NAMED;
            case PAIRED_ROWS -> Abi.STORAGE_PAIRED_ROWS;
            case ONE_PLUS -> Abi.STORAGE_ONE_PLUS;
        };
    }

    private static int architecture(Architecture architecture) {
        return switch (architecture) {
            case LLAMA, MISTRAL -> Abi.ARCHITECTURE_LLAMA;
            case QWEN2 -> Abi.ARCHITECTURE_QWEN2;
            case QWEN3 -> Abi.ARCHITECTURE_QWEN3;
            case PHI3 -> Abi.ARCHITECTURE_PHI3;
            case GEMMA2 -> Abi.ARCHITECTURE_GEMMA2;
            case GEMMA3 -> Abi.ARCHITECTURE_GEMMA3;
            case OLMO2 -> Abi.ARCHITECTURE_OLMO2;
            case MIXTRAL -> Abi.ARCHITECTURE_MIXTRAL;
            case QWEN3_MOE -> Abi.ARCHITECTURE_QWEN3_MOE;
        };
    }

    private static int qkNorm(QkNorm norm) {
        return switch (norm) {
            case NONE -> Abi.QK_NORM_NONE;
            case HEAD -> Abi.QK_NORM_HEAD;
            case PROJECTION -> Abi.QK_NORM_PROJECTION;
        };
    }

    private static int activation(Activation activation) {
        return switch (activation) {
            case SILU -> Abi.ACTIVATION_SILU;
            case GELU_TANH -> Abi.ACTIVATION_GELU_TANH;
        };
    }

    static int dtypeOrAuto(@Nullable DType dtype) {
        return dtype == null ? Abi.DTYPE_AUTO : dtype(dtype);
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
