package dev.weir.engine.model.gguf;

import dev.weir.engine.model.DType;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Says in the words of {@code config.json} what a GGUF file says of its transformer's shape. What GGUF leaves to the program that reads it,
 * since it is the same in all models of an architecture, is written out here.
 */
final class GgufConfig {

    static final int EXPERT_COUNT_MAX = 1 << 10;

    /** Keys behind the architecture's name that are understood here, or say nothing that a computation depends on. */
    private static final Set<String> UNDERSTOOD = Set.of(
            "vocab_size",
            "context_length",
            "embedding_length",
            "block_count",
            "feed_forward_length",
            "expert_count",
            "expert_used_count",
            "expert_feed_forward_length",
            "attention.head_count",
            "attention.head_count_kv",
            "attention.key_length",
            "attention.value_length",
            "attention.layer_norm_rms_epsilon",
            "attention.scale",
            "attention.sliding_window",
            "attention.sliding_window_pattern",
            "attention.causal",
            "pooling_type",
            "attn_logit_softcapping",
            "final_logit_softcapping",
            "rope.dimension_count",
            "rope.freq_base",
            "rope.freq_base_swa",
            "rope.scale_linear",
            "rope.scaling.type",
            "rope.scaling.factor",
            "rope.scaling.attn_factor",
            "rope.scaling.original_context_length",
            "rope.scaling.finetuned",
            "rope.scaling.yarn_beta_fast",
            "rope.scaling.yarn_beta_slow",
            "tensor_data_layout");

    private static final int POOLING_NONE = 0;
    /** What embeddings are made of where nothing else is asked for. */
    private static final int POOLING_LAST_TOKEN = 3;

    private static final int GEMMA3_FULL_LAYER_PERIOD = 6;
    private static final double GEMMA3_LOCAL_ROPE_THETA = 10_000;
    /** The two large Gemmas scale queries by the width of a head's share, all others by the head size. GGUF does not say so. */
    private static final int GEMMA2_27B_LAYERS = 46;

    private static final int GEMMA3_27B_LAYERS = 62;

    private final GgufArchitecture architecture;
    private final GgufMetadata metadata;
    private final GgufTensors tensors;
    private final ObjectNode config = JsonNodeFactory.instance.objectNode();

    GgufConfig(GgufArchitecture architecture, GgufMetadata metadata, GgufTensors tensors) {
        this.architecture = architecture;
        this.metadata = metadata;
        this.tensors = tensors;
    }

    static boolean hasExperts(GgufArchitecture architecture, GgufMetadata metadata) {
        return metadata.integer(architecture.ggufName() + ".expert_count").orElse(0) > 0;
    }

    ObjectNode json() {
        refuseWhatIsNotUnderstood();
        putNames();
        putSizes();
        putAttention();
        putRope();
        switch (architecture) {
            case GEMMA2 -> {
                putGemma();
                putGemma2();
            }
            case GEMMA3 -> {
                putGemma();
                putGemma3();
            }
            case QWEN3_MOE -> putQwen3Moe();
            case LLAMA, QWEN2, QWEN3, PHI3, OLMO2 -> {}
        }
        return config;
    }

    private void refuseWhatIsNotUnderstood() {
        String prefix = architecture.ggufName() + ".";
        for (String key : metadata.keys(prefix)) {
            if (!UNDERSTOOD.contains(key.substring(prefix.length()))) {
                throw metadata.refused(
                        key,
                        "is not understood, and could change every answer; serve the model from its Hugging Face"
                                + " directory");
            }
        }
        if (!metadata.bool(key("attention.causal")).orElse(true)) {
            throw metadata.refused(
                    key("attention.causal"),
                    "is false, but only models whose tokens see earlier ones alone are served");
        }
        int pooling = metadata.integer(key("pooling_type")).orElse(POOLING_NONE);
        if (pooling != POOLING_NONE && pooling != POOLING_LAST_TOKEN) {
            throw metadata.refused(
                    key("pooling_type"),
                    "is " + pooling + ", but only " + POOLING_LAST_TOKEN + " (last token) is served");
        }
    }

    private void putNames() {
        config.put(
                "model_type",
                switch (architecture) {
                    case LLAMA ->
                        hasExperts(architecture, metadata) ? "mixtral" : window().isPresent() ? "mistral" : "llama";
                    case QWEN2 -> "qwen2";
                    case QWEN3 -> "qwen3";
                    case QWEN3_MOE -> "qwen3_moe";
                    case PHI3 -> "phi3";
                    case GEMMA2 -> "gemma2";
                    case GEMMA3 -> "gemma3_text";
                    case OLMO2 -> "olmo2";
                });
    }

    /** The embedding table has the last word on the vocabulary's size: it may have rows beyond the last token. */
    private void putSizes() {
        config.put(
                "vocab_size",
                tensors.stored(GgufTensors.EMBEDDINGS)
                        .map(embeddings -> embeddings.shape().getFirst())
                        .orElseThrow(() -> metadata.refused(
                                "tensor " + GgufTensors.EMBEDDINGS,
                                "is missing; the file holds no model, take another")));
        config.put("hidden_size", metadata.requiredInt(key("embedding_length")));
        config.put("intermediate_size", everywhere("feed_forward_length"));
        config.put("num_hidden_layers", metadata.requiredInt(key("block_count")));
        config.put("max_position_embeddings", metadata.requiredInt(key("context_length")));
        config.put("rms_norm_eps", required("attention.layer_norm_rms_epsilon"));
        config.put("tie_word_embeddings", tensors.stored(GgufTensors.LM_HEAD).isEmpty());
        if (architecture == GgufArchitecture.LLAMA && hasExperts(architecture, metadata)) {
            config.put("num_local_experts", expertCount());
            config.put("num_experts_per_tok", metadata.requiredInt(key("expert_used_count")));
        } else if (architecture == GgufArchitecture.LLAMA) {
            config.put("mlp_bias", tensors.stored("blk.0.ffn_down.bias").isPresent());
        }
    }

    private void putAttention() {
        config.put("num_attention_heads", everywhere("attention.head_count"));
        config.put("num_key_value_heads", headCountKv());
        config.put("head_dim", headSize());
        int valueSize = metadata.integer(key("attention.value_length")).orElseGet(this::headSize);
        if (valueSize != headSize()) {
            throw metadata.refused(
                    key("attention.value_length"),
                    "is " + valueSize + ", but only values as long as keys (" + headSize() + ") are served");
        }
        switch (architecture) {
            case LLAMA, QWEN3, QWEN3_MOE ->
                config.put("attention_bias", tensors.stored("blk.0.attn_q.bias").isPresent());
            case QWEN2, PHI3, GEMMA2, GEMMA3, OLMO2 -> {}
        }
        window().ifPresent(tokens -> config.put("sliding_window", tokens));
    }

    /** How far a token sees in the layers that have a window; 0 is how the converters of Phi-3 say that there is none. */
    private Optional<Integer> window() {
        String key = key("attention.sliding_window");
        Optional<Integer> window = metadata.integer(key);
        return switch (architecture) {
            case LLAMA, PHI3 -> window.filter(tokens -> tokens != 0);
            case GEMMA2, GEMMA3 -> window;
            case QWEN2, QWEN3, QWEN3_MOE, OLMO2 -> {
                if (window.isPresent()) {
                    throw metadata.refused(key, "is not supported for architecture " + architecture.ggufName());
                }
                yield window;
            }
        };
    }

    private int headCountKv() {
        return metadata.has(key("attention.head_count_kv"))
                ? everywhere("attention.head_count_kv")
                : everywhere("attention.head_count");
    }

    private int headSize() {
        return metadata.integer(key("attention.key_length")).orElseGet(() -> {
            int heads = everywhere("attention.head_count");
            int size = metadata.requiredInt(key("embedding_length"));
            if (heads < 1 || size % heads != 0) {
                throw metadata.refused(
                        key("attention.head_count"),
                        "(" + heads + ") must divide " + key("embedding_length") + " (" + size + ") where "
                                + key("attention.key_length") + " is not given");
            }
            return size / heads;
        });
    }

    private void putRope() {
        metadata.number(key("rope.freq_base")).ifPresent(theta -> config.put("rope_theta", theta));
        int turned = metadata.integer(key("rope.dimension_count")).orElseGet(this::headSize);
        if (turned != headSize()) {
            if (architecture.pairsRows() || turned < 1 || turned > headSize()) {
                throw metadata.refused(
                        key("rope.dimension_count"),
                        "is " + turned + " of a head's " + headSize() + ", which is not supported");
            }
            config.put("partial_rotary_factor", (double) turned / headSize());
        }
        List<Double> factors = tensors.values(GgufTensors.ROPE_FACTORS);
        List<Double> longFactors = tensors.values(GgufTensors.ROPE_FACTORS_LONG);
        if (!factors.isEmpty()) {
            putFactors(factors, factors).put("attention_factor", 1.0);
        } else if (!longFactors.isEmpty()) {
            ObjectNode scaling = putFactors(tensors.values(GgufTensors.ROPE_FACTORS_SHORT), longFactors);
            metadata.number(key("rope.scaling.attn_factor"))
                    .ifPresent(factor -> scaling.put("attention_factor", factor));
            config.put(
                    "original_max_position_embeddings",
                    metadata.requiredInt(key("rope.scaling.original_context_length")));
        } else {
            putScaling();
        }
    }

    private ObjectNode putFactors(List<Double> shortFactors, List<Double> longFactors) {
        ObjectNode scaling = config.putObject("rope_scaling").put("rope_type", "longrope");
        ArrayNode shortList = scaling.putArray("short_factor");
        shortFactors.forEach(shortList::add);
        ArrayNode longList = scaling.putArray("long_factor");
        longFactors.forEach(longList::add);
        return scaling;
    }

    private void putScaling() {
        Optional<Double> oldFactor = metadata.number(key("rope.scale_linear")).filter(factor -> factor != 1);
        String type = metadata.string(key("rope.scaling.type")).orElse(oldFactor.isPresent() ? "linear" : "none");
        switch (type) {
            case "none" -> {}
            case "linear" ->
                config.putObject("rope_scaling")
                        .put("rope_type", "linear")
                        .put("factor", oldFactor.orElseGet(() -> required("rope.scaling.factor")));
            case "yarn" -> putYarn();
            default ->
                throw metadata.refused(
                        key("rope.scaling.type"),
                        "is \"" + type + "\", which is not supported without factors; supported: none, linear, yarn");
        }
    }

    private void putYarn() {
        ObjectNode scaling = config.putObject("rope_scaling")
                .put("rope_type", "yarn")
                .put("factor", required("rope.scaling.factor"))
                .put(
                        "original_max_position_embeddings",
                        metadata.requiredInt(key("rope.scaling.original_context_length")));
        metadata.number(key("rope.scaling.attn_factor"))
                .filter(factor -> factor != 1)
                .ifPresent(factor -> {
                    throw metadata.refused(
                            key("rope.scaling.attn_factor"), "is " + factor + ", which is not supported with yarn");
                });
        metadata.number(key("rope.scaling.yarn_beta_fast")).ifPresent(turns -> scaling.put("beta_fast", turns));
        metadata.number(key("rope.scaling.yarn_beta_slow")).ifPresent(turns -> scaling.put("beta_slow", turns));
    }

    /** Gemma rounds the scale of its embeddings to the type that it was published in, whatever type the file has them in. */
    private void putGemma() {
        config.put("torch_dtype", DType.BF16.optionName());
    }

    private void putGemma2() {
        config.put("attn_logit_softcapping", required("attn_logit_softcapping"));
        config.put("final_logit_softcapping", required("final_logit_softcapping"));
        putQueryScalar(GEMMA2_27B_LAYERS);
    }

    private void putGemma3() {
        putQueryScalar(GEMMA3_27B_LAYERS);
        metadata.number(key("attn_logit_softcapping")).ifPresent(cap -> config.put("attn_logit_softcapping", cap));
        metadata.number(key("final_logit_softcapping")).ifPresent(cap -> config.put("final_logit_softcapping", cap));
        config.put(
                "rope_local_base_freq",
                metadata.number(key("rope.freq_base_swa")).orElse(GEMMA3_LOCAL_ROPE_THETA));
        if (metadata.isList(key("attention.sliding_window_pattern"))) {
            putStatedWindows();
        } else {
            config.put(
                    "sliding_window_pattern",
                    metadata.integer(key("attention.sliding_window_pattern")).orElse(GEMMA3_FULL_LAYER_PERIOD));
        }
    }

    /** A flag for each layer. */
    private void putStatedWindows() {
        String key = key("attention.sliding_window_pattern");
        List<Boolean> windowed = metadata.flags(key);
        int layerCount = metadata.requiredInt(key("block_count"));
        if (windowed.size() != layerCount) {
            throw metadata.refused(key, "has " + windowed.size() + " entries for " + layerCount + " layers");
        }
        ArrayNode kinds = config.putArray("layer_types");
        windowed.forEach(window -> kinds.add(window ? "sliding_attention" : "full_attention"));
    }

    private void putQueryScalar(int layersOfTheLargest) {
        double headShare = (double) metadata.requiredInt(key("embedding_length")) / everywhere("attention.head_count");
        double usual = metadata.requiredInt(key("block_count")) == layersOfTheLargest ? headShare : headSize();
        Optional<Double> scale = metadata.number(key("attention.scale")).filter(value -> value > 0);
        // A scale is stored as a float of 1 / sqrt(n), of which n is an integer in every model.
        config.put(
                "query_pre_attn_scalar",
                scale.map(value -> Math.rint(1 / (value * value))).orElse(usual));
    }

    private void putQwen3Moe() {
        config.put("num_experts", expertCount());
        config.put("num_experts_per_tok", metadata.requiredInt(key("expert_used_count")));
        config.put("moe_intermediate_size", metadata.requiredInt(key("expert_feed_forward_length")));
        config.put("norm_topk_prob", true);
    }

    private int expertCount() {
        int count = metadata.requiredInt(key("expert_count"));
        if (count < 1 || count > EXPERT_COUNT_MAX) {
            throw metadata.refused(key("expert_count"), "must be in [1, " + EXPERT_COUNT_MAX + "]: " + count);
        }
        return count;
    }

    /** An integer that may be given once, or alike for every layer. */
    private int everywhere(String name) {
        List<Integer> values = metadata.integers(key(name));
        if (values.isEmpty()) {
            return metadata.requiredInt(key(name));
        }
        if (values.stream().distinct().count() > 1) {
            throw metadata.refused(key(name), "differs between layers, which is not supported");
        }
        return values.getFirst();
    }

    private double required(String name) {
        return metadata.number(key(name))
                .orElseThrow(() -> metadata.refused(key(name), "is missing; convert the model again"));
    }

    private String key(String name) {
        return architecture.ggufName() + "." + name;
    }
}
