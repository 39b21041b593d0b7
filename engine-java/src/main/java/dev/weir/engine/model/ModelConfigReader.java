package dev.weir.engine.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code config.json}, in the spellings of past and present versions of Transformers, and refuses what would be computed wrongly.
 * A field that is left out has the value that Transformers gives it, which differs between architectures.
 */
final class ModelConfigReader {

    private static final int GEMMA_HEAD_SIZE_DEFAULT = 256;
    private static final int QWEN3_HEAD_SIZE_DEFAULT = 128;
    private static final double GEMMA_QUERY_SCALAR_DEFAULT = 256;
    private static final double GEMMA2_ATTENTION_SOFTCAP_DEFAULT = 50;
    private static final double GEMMA2_LOGIT_SOFTCAP_DEFAULT = 30;

    private final JsonFields config;
    private final Architecture architecture;

    private ModelConfigReader(JsonFields config) {
        this.config = config;
        this.architecture = architecture(config);
    }

    static ModelConfig read(Path file) {
        return read(JsonFields.of(file));
    }

    static ModelConfig read(JsonFields config) {
        try {
            return new ModelConfigReader(config).read();
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(config.file(), e.getMessage() + "; correct the file", e);
        }
    }

    private ModelConfig read() {
        refuseWhatIsNotComputed();
        int hiddenSize = config.requiredInt("hidden_size");
        int contextTokensMax = config.requiredInt("max_position_embeddings");
        ModelConfig.requireSize("max_position_embeddings", contextTokensMax, ModelConfig.CONTEXT_TOKENS_MAX);
        AttentionShape attention = attention(hiddenSize);
        List<Rope> ropes = new RopeReader(config, architecture, attention.headSize(), contextTokensMax).ropes();
        return new ModelConfig(
                architecture,
                declaredDtype(),
                config.requiredInt("vocab_size"),
                hiddenSize,
                config.requiredInt("intermediate_size"),
                stretched(contextTokensMax, ropes),
                attention,
                activation(),
                architecture == Architecture.LLAMA && config.flag("mlp_bias"),
                experts(),
                config.number("rms_norm_eps")
                        .orElseGet(this::rmsNormEpsilonDefault)
                        .floatValue(),
                isGemma(),
                config.bool("tie_word_embeddings").orElse(isGemma()),
                isGemma() ? embeddingScale(hiddenSize) : 1,
                logitSoftcap(),
                ropes,
                new LayerReader(config, architecture).layers());
    }

    private static int stretched(int contextTokensMax, List<Rope> ropes) {
        long stretched = contextTokensMax;
        for (Rope rope : ropes) {
            stretched = Math.max(stretched, rope.scaling().contextTokens(contextTokensMax));
        }
        return (int) Math.min(stretched, ModelConfig.CONTEXT_TOKENS_MAX);
    }

    private static Architecture architecture(JsonFields config) {
        String modelType = config.string("model_type")
                .orElseThrow(() -> config.refused("model_type", "is missing; supported: " + Architecture.supported()));
        Architecture architecture = Architecture.ofModelType(modelType)
                .orElseThrow(() -> config.refused(
                        "model_type",
                        "is \"" + modelType + "\", which is not supported; supported: " + Architecture.supported()));
        List<String> classNames = config.strings("architectures");
        if (!classNames.isEmpty() && !classNames.equals(List.of(architecture.className()))) {
            throw config.refused(
                    "architectures",
                    "is " + classNames + ", which is not supported for model_type \"" + modelType + "\"; supported: "
                            + Architecture.supported());
        }
        return architecture;
    }

    private void refuseWhatIsNotComputed() {
        if (config.has("quantization_config")) {
            throw config.refused(
                    "quantization_config",
                    "is present, but only unquantized weights are served; take those of the model");
        }
        if (config.flag("use_bidirectional_attention")) {
            throw config.refused(
                    "use_bidirectional_attention",
                    "is true, but only models whose tokens see earlier ones alone are served");
        }
    }

    private boolean isGemma() {
        return architecture == Architecture.GEMMA2 || architecture == Architecture.GEMMA3;
    }

    private AttentionShape attention(int hiddenSize) {
        int queryHeadCount = config.requiredInt("num_attention_heads");
        int headSize = headSize(hiddenSize, queryHeadCount);
        double scaledBy =
                isGemma() ? config.number("query_pre_attn_scalar").orElse(GEMMA_QUERY_SCALAR_DEFAULT) : headSize;
        if (!(scaledBy > 0)) {
            throw config.refused("query_pre_attn_scalar", "must be positive: " + scaledBy);
        }
        return new AttentionShape(
                queryHeadCount,
                config.integer("num_key_value_heads").orElseGet(() -> kvHeadCountDefault(queryHeadCount)),
                headSize,
                architecture == Architecture.QWEN2 || attentionBias(),
                attentionBias(),
                qkNorm(),
                (float) (1 / Math.sqrt(scaledBy)),
                isGemma() ? cap("attn_logit_softcapping", GEMMA2_ATTENTION_SOFTCAP_DEFAULT) : 0);
    }

    /** A field that is null says that each query head has its own; one that is left out, not everywhere. */
    private int kvHeadCountDefault(int queryHeadCount) {
        if (config.mentions("num_key_value_heads")) {
            return queryHeadCount;
        }
        return switch (architecture) {
            case LLAMA, PHI3, OLMO2 -> queryHeadCount;
            case QWEN2, QWEN3 -> 32;
            case MISTRAL, MIXTRAL -> 8;
            case QWEN3_MOE, GEMMA2, GEMMA3 -> 4;
        };
    }

    /** Whether the attention's four projections have biases; Qwen2 has three of them, whatever its file says. */
    private boolean attentionBias() {
        return switch (architecture) {
            case LLAMA, QWEN3, QWEN3_MOE, OLMO2, GEMMA2, GEMMA3 -> config.flag("attention_bias");
            case MISTRAL, MIXTRAL, PHI3, QWEN2 -> false;
        };
    }

    private QkNorm qkNorm() {
        return switch (architecture) {
            case QWEN3, QWEN3_MOE, GEMMA3 -> QkNorm.HEAD;
            case OLMO2 -> QkNorm.PROJECTION;
            case LLAMA, MISTRAL, MIXTRAL, PHI3, QWEN2, GEMMA2 -> QkNorm.NONE;
        };
    }

    private int headSize(int hiddenSize, int queryHeadCount) {
        Optional<Integer> stated = config.integer("head_dim").or(this::headSizeDefault);
        if (stated.isPresent()) {
            return stated.get();
        }
        if (queryHeadCount < 1 || hiddenSize % queryHeadCount != 0) {
            throw config.refused(
                    "num_attention_heads",
                    "(" + queryHeadCount + ") must divide hidden_size (" + hiddenSize
                            + ") where head_dim is not given");
        }
        return hiddenSize / queryHeadCount;
    }

    private Optional<Integer> headSizeDefault() {
        return switch (architecture) {
            case GEMMA2, GEMMA3 -> Optional.of(GEMMA_HEAD_SIZE_DEFAULT);
            case QWEN3 -> Optional.of(QWEN3_HEAD_SIZE_DEFAULT);
            case LLAMA, MISTRAL, MIXTRAL, PHI3, QWEN2, QWEN3_MOE, OLMO2 -> Optional.empty();
        };
    }

    /** Gemma's files name two activations, of which {@code hidden_act} is a leftover. */
    private Activation activation() {
        String field = isGemma() ? "hidden_activation" : "hidden_act";
        String name = config.string(field).orElse(isGemma() ? "gelu_pytorch_tanh" : "silu");
        return Activation.ofName(name)
                .orElseThrow(() -> config.refused(
                        field, "is \"" + name + "\", which is not supported; supported: silu, gelu_pytorch_tanh"));
    }

    private @Nullable ExpertsShape experts() {
        return switch (architecture) {
            case MIXTRAL ->
                new ExpertsShape(
                        config.integer("num_local_experts").orElse(8),
                        config.integer("num_experts_per_tok").orElse(2),
                        config.requiredInt("intermediate_size"),
                        true);
            case QWEN3_MOE ->
                new ExpertsShape(
                        config.integer("num_experts").orElse(128),
                        config.integer("num_experts_per_tok").orElse(8),
                        config.integer("moe_intermediate_size").orElse(768),
                        config.flag("norm_topk_prob"));
            case LLAMA, MISTRAL, QWEN2, QWEN3, PHI3, GEMMA2, GEMMA3, OLMO2 -> null;
        };
    }

    private double rmsNormEpsilonDefault() {
        return switch (architecture) {
            case PHI3, MIXTRAL, OLMO2 -> 1e-5;
            case LLAMA, MISTRAL, QWEN2, QWEN3, QWEN3_MOE, GEMMA2, GEMMA3 -> 1e-6;
        };
    }

    /** Trained with: the square root as the weights' type holds it, not as a float. */
    private float embeddingScale(int hiddenSize) {
        float scale = (float) Math.sqrt(hiddenSize);
        DType dtype = declaredDtype();
        if (dtype == DType.F16) {
            return Float.float16ToFloat(Float.floatToFloat16(scale));
        }
        if (dtype == DType.BF16) {
            int bits = Float.floatToRawIntBits(scale);
            return Float.intBitsToFloat((bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000);
        }
        return scale;
    }

    private float logitSoftcap() {
        return isGemma() ? cap("final_logit_softcapping", GEMMA2_LOGIT_SOFTCAP_DEFAULT) : 0;
    }

    /** A field that is null says that there is no cap; one that is left out, only so for Gemma 3. */
    private float cap(String field, double gemma2Default) {
        if (!config.mentions(field)) {
            return architecture == Architecture.GEMMA2 ? (float) gemma2Default : 0;
        }
        return config.number(field).orElse(0.0).floatValue();
    }

    private @Nullable DType declaredDtype() {
        String field = config.has("dtype") ? "dtype" : "torch_dtype";
        Optional<String> name = config.string(field);
        if (name.isEmpty()) {
            return null;
        }
        return DType.ofTorchName(name.get())
                .orElseThrow(() -> config.refused(
                        field,
                        "is \"" + name.get() + "\", which is not served; export in float32, float16 or bfloat16"));
    }
}
