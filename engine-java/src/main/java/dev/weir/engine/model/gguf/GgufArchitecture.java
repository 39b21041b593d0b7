package dev.weir.engine.model.gguf;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The architectures that are read from GGUF files, with what their tensors are called at the source. GGUF names a layer's parts for their
 * place; Hugging Face names them differently in almost every family.
 */
@SuppressWarnings("ImmutableEnumChecker") // the map is Map.copyOf's
enum GgufArchitecture {
    /** Also Mistral, and Mixtral, which has experts. */
    LLAMA("llama", Map.of("ffn_norm", "post_attention_layernorm")),
    QWEN2("qwen2", Map.of("ffn_norm", "post_attention_layernorm")),
    QWEN3(
            "qwen3",
            Map.of(
                    "ffn_norm", "post_attention_layernorm",
                    "attn_q_norm", "self_attn.q_norm",
                    "attn_k_norm", "self_attn.k_norm")),
    QWEN3_MOE(
            "qwen3moe",
            Map.of(
                    "ffn_norm", "post_attention_layernorm",
                    "attn_q_norm", "self_attn.q_norm",
                    "attn_k_norm", "self_attn.k_norm")),
    PHI3(
            "phi3",
            Map.of(
                    "ffn_norm", "post_attention_layernorm",
                    "attn_qkv", "self_attn.qkv_proj",
                    "ffn_up", "mlp.gate_up_proj")),
    GEMMA2(
            "gemma2",
            Map.of(
                    "ffn_norm", "pre_feedforward_layernorm",
                    "post_attention_norm", "post_attention_layernorm",
                    "post_ffw_norm", "post_feedforward_layernorm")),
    GEMMA3(
            "gemma3",
            Map.of(
                    "ffn_norm", "pre_feedforward_layernorm",
                    "post_attention_norm", "post_attention_layernorm",
                    "post_ffw_norm", "post_feedforward_layernorm",
                    "attn_q_norm", "self_attn.q_norm",
                    "attn_k_norm", "self_attn.k_norm")),
    OLMO2(
            "olmo2",
            Map.of(
                    "post_attention_norm", "post_attention_layernorm",
                    "post_ffw_norm", "post_feedforward_layernorm",
                    "attn_q_norm", "self_attn.q_norm",
                    "attn_k_norm", "self_attn.k_norm"));

    private static final Map<String, String> COMMON = Map.of(
            "attn_norm", "input_layernorm",
            "attn_q", "self_attn.q_proj",
            "attn_k", "self_attn.k_proj",
            "attn_v", "self_attn.v_proj",
            "attn_output", "self_attn.o_proj",
            "ffn_gate", "mlp.gate_proj",
            "ffn_up", "mlp.up_proj",
            "ffn_down", "mlp.down_proj");

    private final String ggufName;
    private final Map<String, String> partNames;

    GgufArchitecture(String ggufName, Map<String, String> ownPartNames) {
        this.ggufName = ggufName;
        this.partNames = Map.copyOf(ownPartNames);
    }

    /** {@code general.architecture}, which also begins the keys of the shape. */
    String ggufName() {
        return ggufName;
    }

    /** The source's name of a part of a layer, without the layer and without {@code .weight}. */
    Optional<String> partName(String ggufPart) {
        return Optional.ofNullable(partNames.getOrDefault(ggufPart, COMMON.get(ggufPart)));
    }

    /** Whether converters store the rows of queries and keys for RoPE over neighbours. */
    boolean pairsRows() {
        return this == LLAMA;
    }

    /** Whether converters add 1 to what norms are multiplied by, as the architecture's formula does. */
    boolean addsOneToNorms() {
        return this == GEMMA2 || this == GEMMA3;
    }

    static GgufArchitecture of(GgufMetadata metadata) {
        String name = metadata.requiredString("general.architecture");
        return Arrays.stream(values())
                .filter(architecture -> architecture.ggufName.equals(name))
                .findFirst()
                .orElseThrow(() -> metadata.refused(
                        "general.architecture",
                        "is \"" + name + "\", which is not supported; supported: "
                                + Arrays.stream(values())
                                        .map(GgufArchitecture::ggufName)
                                        .collect(Collectors.joining(", "))));
    }
}
