package dev.weir.engine.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.util.Map.entry;

import dev.weir.engine.model.AdapterConfig;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.util.List;
import java.util.Map;

/**
 * {@code weir.h} in Java: constants, struct layouts and function descriptors, in the header's order and with the header's names, so
 * that the two can be read side by side. Padding is never implied: every struct of the ABI is laid out without holes.
 */
final class Abi {

    static final int VERSION = 0;

    static final int DTYPE_AUTO = 0;
    static final int DTYPE_F32 = 1;
    static final int DTYPE_F16 = 2;
    static final int DTYPE_BF16 = 3;
    static final int DTYPE_Q8_0 = 4;
    static final int DTYPE_Q4_0 = 5;
    static final int DTYPE_Q4_1 = 6;
    static final int DTYPE_Q5_0 = 7;
    static final int DTYPE_Q5_1 = 8;
    static final int DTYPE_Q4_K = 9;
    static final int DTYPE_Q5_K = 10;
    static final int DTYPE_Q6_K = 11;

    static final int ARCHITECTURE_LLAMA = 1;
    static final int ARCHITECTURE_QWEN2 = 2;
    static final int ARCHITECTURE_QWEN3 = 3;
    static final int ARCHITECTURE_PHI3 = 4;
    static final int ARCHITECTURE_GEMMA2 = 5;
    static final int ARCHITECTURE_GEMMA3 = 6;
    static final int ARCHITECTURE_OLMO2 = 7;
    static final int ARCHITECTURE_MIXTRAL = 8;
    static final int ARCHITECTURE_QWEN3_MOE = 9;

    static final int STORAGE_AS_NAMED = 0;
    static final int STORAGE_PAIRED_ROWS = 1;
    static final int STORAGE_ONE_PLUS = 2;

    static final int QK_NORM_NONE = 0;
    static final int QK_NORM_HEAD = 1;
    static final int QK_NORM_PROJECTION = 2;

    static final int ACTIVATION_SILU = 1;
    static final int ACTIVATION_GELU_TANH = 2;

    static final int DEVICE_CPU = 0;
    static final int DEVICE_CUDA = 1;

    static final int ISA_AUTO = 0;
    static final int ISA_REFERENCE = 1;
    static final int ISA_AVX2 = 2;
    static final int ISA_AVX512 = 3;
    static final int ISA_AVX512_VNNI = 4;
    static final int ISA_AMX = 5;

    static final int PEAK_READ_BYTES = 1;
    static final int PEAK_F32 = 2;
    static final int PEAK_BF16 = 3;
    static final int PEAK_INT8 = 4;

    static final int ERROR_MESSAGE_BYTES = 508;
    static final int TENSOR_RANK_MAX = 4;
    static final int ADAPTER_RANK_MAX = AdapterConfig.RANK_MAX;

    static final StructLayout ERROR = MemoryLayout.structLayout(
                    JAVA_INT.withName("status"),
                    MemoryLayout.sequenceLayout(ERROR_MESSAGE_BYTES, JAVA_BYTE).withName("message"))
            .withName("weir_error");

    static final StructLayout TENSOR = MemoryLayout.structLayout(
                    ADDRESS.withName("name"),
                    JAVA_INT.withName("file_index"),
                    JAVA_INT.withName("dtype"),
                    JAVA_INT.withName("rank"),
                    JAVA_INT.withName("storage"),
                    MemoryLayout.sequenceLayout(TENSOR_RANK_MAX, JAVA_LONG).withName("shape"),
                    JAVA_LONG.withName("offset_bytes"),
                    JAVA_LONG.withName("size_bytes"))
            .withName("weir_tensor");

    static final StructLayout MODEL_SOURCE = MemoryLayout.structLayout(
                    JAVA_INT.withName("struct_bytes"),
                    JAVA_INT.withName("file_count"),
                    ADDRESS.withName("file_paths"),
                    ADDRESS.withName("tensors"),
                    JAVA_INT.withName("tensor_count"),
                    JAVA_INT.withName("reserved"))
            .withName("weir_model_source");

    static final StructLayout ROPE = MemoryLayout.structLayout(
                    ADDRESS.withName("frequencies"), JAVA_INT.withName("pair_count"), JAVA_FLOAT.withName("amplitude"))
            .withName("weir_rope");

    static final StructLayout LAYER = MemoryLayout.structLayout(
                    JAVA_INT.withName("attention_window"),
                    JAVA_INT.withName("rope_index"),
                    JAVA_INT.withName("sparse"),
                    JAVA_INT.withName("reserved"))
            .withName("weir_layer");

    static final StructLayout MODEL_CONFIG = MemoryLayout.structLayout(
                    JAVA_INT.withName("struct_bytes"),
                    JAVA_INT.withName("architecture"),
                    JAVA_INT.withName("dtype"),
                    JAVA_INT.withName("vocab_size"),
                    JAVA_INT.withName("hidden_size"),
                    JAVA_INT.withName("intermediate_size"),
                    JAVA_INT.withName("layer_count"),
                    JAVA_INT.withName("query_head_count"),
                    JAVA_INT.withName("kv_head_count"),
                    JAVA_INT.withName("head_size"),
                    JAVA_INT.withName("context_tokens_max"),
                    JAVA_INT.withName("tied_embeddings"),
                    JAVA_INT.withName("qkv_bias"),
                    JAVA_INT.withName("output_bias"),
                    JAVA_INT.withName("mlp_bias"),
                    JAVA_INT.withName("qk_norm"),
                    JAVA_INT.withName("norm_plus_one"),
                    JAVA_INT.withName("activation"),
                    JAVA_INT.withName("expert_count"),
                    JAVA_INT.withName("experts_per_token"),
                    JAVA_INT.withName("expert_intermediate_size"),
                    JAVA_INT.withName("expert_weights_normalized"),
                    JAVA_INT.withName("rope_count"),
                    JAVA_FLOAT.withName("rms_norm_epsilon"),
                    JAVA_FLOAT.withName("embedding_scale"),
                    JAVA_FLOAT.withName("attention_scale"),
                    JAVA_FLOAT.withName("attention_softcap"),
                    JAVA_FLOAT.withName("logit_softcap"),
                    JAVA_INT.withName("quantize"),
                    JAVA_INT.withName("reserved"),
                    ADDRESS.withName("ropes"),
                    ADDRESS.withName("layers"))
            .withName("weir_model_config");

    static final StructLayout ADAPTER_CONFIG = MemoryLayout.structLayout(
                    JAVA_INT.withName("struct_bytes"),
                    JAVA_INT.withName("rank"),
                    JAVA_FLOAT.withName("scale"),
                    JAVA_INT.withName("reserved"))
            .withName("weir_adapter_config");

    static final StructLayout SESSION_CONFIG = MemoryLayout.structLayout(
                    JAVA_INT.withName("struct_bytes"),
                    JAVA_INT.withName("block_count"),
                    JAVA_INT.withName("block_tokens"),
                    JAVA_INT.withName("step_tokens_max"),
                    JAVA_INT.withName("step_sequences_max"),
                    JAVA_INT.withName("step_samples_max"),
                    JAVA_INT.withName("top_logprobs_max"),
                    JAVA_INT.withName("thread_count"),
                    JAVA_INT.withName("isa"),
                    JAVA_INT.withName("kv_dtype"),
                    JAVA_INT.withName("device"),
                    JAVA_INT.withName("host_block_count"),
                    JAVA_INT.withName("batch_variant"),
                    JAVA_INT.withName("reserved"),
                    JAVA_LONG.withName("device_bytes_max"))
            .withName("weir_session_config");

    static final StructLayout SAMPLING = MemoryLayout.structLayout(
                    JAVA_LONG.withName("seed"),
                    JAVA_FLOAT.withName("temperature"),
                    JAVA_FLOAT.withName("top_p"),
                    JAVA_FLOAT.withName("min_p"),
                    JAVA_INT.withName("top_k"),
                    JAVA_INT.withName("logprob_count"),
                    JAVA_INT.withName("token_index"))
            .withName("weir_sampling");

    static final StructLayout LOGIT_SHIFT = MemoryLayout.structLayout(
                    JAVA_INT.withName("token_id"), JAVA_FLOAT.withName("repetition"), JAVA_FLOAT.withName("bias"))
            .withName("weir_logit_shift");

    static final StructLayout STEP_PLAN = MemoryLayout.structLayout(
                    JAVA_INT.withName("struct_bytes"),
                    JAVA_INT.withName("sequence_count"),
                    JAVA_INT.withName("token_count"),
                    JAVA_INT.withName("sample_count"),
                    ADDRESS.withName("token_ids"),
                    ADDRESS.withName("token_counts"),
                    ADDRESS.withName("computed_tokens"),
                    ADDRESS.withName("block_tables"),
                    ADDRESS.withName("block_table_offsets"),
                    ADDRESS.withName("adapters"),
                    ADDRESS.withName("samples"),
                    ADDRESS.withName("hidden_token_indices"),
                    JAVA_INT.withName("hidden_count"),
                    JAVA_INT.withName("mask_count"),
                    ADDRESS.withName("masks"),
                    ADDRESS.withName("mask_indices"),
                    ADDRESS.withName("given_token_ids"),
                    ADDRESS.withName("shifts"),
                    ADDRESS.withName("shift_offsets"))
            .withName("weir_step_plan");

    static final StructLayout STEP_RESULT = MemoryLayout.structLayout(
                    JAVA_INT.withName("struct_bytes"),
                    JAVA_INT.withName("top_logprobs_stride"),
                    ADDRESS.withName("token_ids"),
                    ADDRESS.withName("logprobs"),
                    ADDRESS.withName("top_token_ids"),
                    ADDRESS.withName("top_logprobs"),
                    ADDRESS.withName("logits"),
                    ADDRESS.withName("hidden"))
            .withName("weir_step_result");

    static final List<StructLayout> STRUCTS = List.of(
            ERROR,
            TENSOR,
            MODEL_SOURCE,
            ROPE,
            LAYER,
            MODEL_CONFIG,
            ADAPTER_CONFIG,
            SESSION_CONFIG,
            SAMPLING,
            LOGIT_SHIFT,
            STEP_PLAN,
            STEP_RESULT);

    /** Every function of the header; a handle is a {@code long}, a text buffer's capacity too. */
    static final Map<String, FunctionDescriptor> FUNCTIONS = Map.ofEntries(
            entry("weir_abi_version", FunctionDescriptor.of(JAVA_INT)),
            entry("weir_abi_describe", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS)),
            entry("weir_system_describe", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS)),
            entry("weir_machine_peak", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS)),
            entry("weir_model_load", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS)),
            entry("weir_model_destroy", FunctionDescriptor.ofVoid(JAVA_LONG)),
            entry(
                    "weir_model_describe",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS)),
            entry("weir_model_drop_pages", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS)),
            entry(
                    "weir_model_block_bytes",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS)),
            entry("weir_adapter_load", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS)),
            entry("weir_adapter_destroy", FunctionDescriptor.ofVoid(JAVA_LONG)),
            entry("weir_session_create", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS)),
            entry("weir_session_destroy", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS)),
            entry("weir_session_step", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS)),
            entry(
                    "weir_session_offload",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, JAVA_INT, ADDRESS)),
            entry(
                    "weir_session_restore",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, JAVA_INT, ADDRESS)),
            entry(
                    "weir_session_read_blocks",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS, ADDRESS)),
            entry(
                    "weir_session_write_blocks",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, JAVA_INT, ADDRESS)),
            entry(
                    "weir_session_describe",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS)),
            entry("weir_live_handles", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS)));

    private Abi() {}

    static long offset(StructLayout struct, String field) {
        return struct.byteOffset(PathElement.groupElement(field));
    }
}
