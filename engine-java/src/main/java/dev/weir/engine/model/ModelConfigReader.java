package dev.weir.engine.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code config.json}, in the spellings of past and present versions of Transformers, and refuses what would be computed wrongly. */
final class ModelConfigReader {

    private static final double ROPE_THETA_DEFAULT = 10_000;
    private static final double RMS_NORM_EPSILON_DEFAULT = 1e-6;

    private final JsonFields config;

    private ModelConfigReader(JsonFields config) {
        this.config = config;
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
        Architecture architecture = architecture();
        refuseWhatIsNotComputed(architecture);
        int hiddenSize = config.requiredInt("hidden_size");
        int queryHeadCount = config.requiredInt("num_attention_heads");
        boolean attentionBias = config.flag("attention_bias");
        return new ModelConfig(
                architecture,
                declaredDtype(),
                config.requiredInt("vocab_size"),
                hiddenSize,
                config.requiredInt("intermediate_size"),
                config.requiredInt("num_hidden_layers"),
                queryHeadCount,
                config.integer("num_key_value_heads").orElse(queryHeadCount),
                headSize(hiddenSize, queryHeadCount),
                config.requiredInt("max_position_embeddings"),
                config.flag("tie_word_embeddings"),
                architecture == Architecture.QWEN2 || attentionBias,
                architecture != Architecture.QWEN2 && attentionBias,
                architecture == Architecture.LLAMA && config.flag("mlp_bias"),
                architecture == Architecture.QWEN3,
                config.number("rms_norm_eps").orElse(RMS_NORM_EPSILON_DEFAULT).floatValue(),
                ropeTheta(),
                ropeScaling());
    }

    private Architecture architecture() {
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

    private void refuseWhatIsNotComputed(Architecture architecture) {
        if (config.has("quantization_config")) {
            throw config.refused(
                    "quantization_config",
                    "is present, but only unquantized weights are served; take those of the model");
        }
        String activation = config.string("hidden_act").orElse("silu");
        if (!activation.equals("silu") && !activation.equals("swish")) {
            throw config.refused("hidden_act", "is \"" + activation + "\", which is not supported; supported: silu");
        }
        if (usesSlidingWindow(architecture)) {
            throw config.refused(
                    "sliding_window", "is in use, which is not supported; serve a model with full attention");
        }
        if (config.number("partial_rotary_factor").orElse(1.0) != 1.0) {
            throw config.refused("partial_rotary_factor", "is not 1, which is not supported");
        }
    }

    /** Qwen writes a window into every config and says beside it whether it is used; others mean it when they write it. */
    private boolean usesSlidingWindow(Architecture architecture) {
        Optional<Boolean> said = config.bool("use_sliding_window");
        boolean configured = said.orElse(architecture == Architecture.LLAMA && config.has("sliding_window"));
        return configured || config.strings("layer_types").stream().anyMatch(type -> !type.equals("full_attention"));
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

    private int headSize(int hiddenSize, int queryHeadCount) {
        Optional<Integer> stated = config.integer("head_dim");
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

    /** Transformers 5 gathers what was {@code rope_theta} and {@code rope_scaling} in {@code rope_parameters}. */
    private double ropeTheta() {
        return config.objectField("rope_parameters")
                .flatMap(rope -> rope.number("rope_theta"))
                .or(() -> config.number("rope_theta"))
                .orElse(ROPE_THETA_DEFAULT);
    }

    private RopeScaling ropeScaling() {
        Optional<JsonFields> stated =
                config.objectField("rope_parameters").or(() -> config.objectField("rope_scaling"));
        if (stated.isEmpty()) {
            return new RopeScaling.None();
        }
        JsonFields rope = stated.get();
        String type = rope.string("rope_type").or(() -> rope.string("type")).orElse("default");
        return switch (type) {
            case "default" -> plain(rope);
            case "linear" -> new RopeScaling.Linear(requiredFloat(rope, "factor"));
            case "llama3" ->
                new RopeScaling.Llama3(
                        requiredFloat(rope, "factor"),
                        requiredFloat(rope, "low_freq_factor"),
                        requiredFloat(rope, "high_freq_factor"),
                        rope.requiredInt("original_max_position_embeddings"));
            default ->
                throw rope.refused(
                        "rope_type", "is \"" + type + "\", which is not supported; supported: default, linear, llama3");
        };
    }

    private static RopeScaling plain(JsonFields rope) {
        if (rope.has("factor")
                || rope.object().properties().stream()
                        .anyMatch(field -> field.getValue().isObject())) {
            throw rope.refused("rope_type", "is missing, but the object scales; name the rope_type");
        }
        return new RopeScaling.None();
    }

    private static float requiredFloat(JsonFields rope, String name) {
        return rope.number(name)
                .orElseThrow(() -> rope.refused(name, "is missing; the rope_type needs it"))
                .floatValue();
    }
}
