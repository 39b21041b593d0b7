package dev.weir.engine.model;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads rotary embeddings. Transformers 5 gathers in {@code rope_parameters}, for Gemma 3 once for each kind of layer, what were
 * {@code rope_theta}, {@code rope_scaling}, {@code partial_rotary_factor} and {@code rope_local_base_freq}.
 */
final class RopeReader {

    /** The second of Gemma 3's two: that of the layers with a window. */
    static final int GEMMA3_LOCAL = 1;

    private static final double THETA_DEFAULT = 10_000;
    private static final double LONG_THETA_DEFAULT = 1_000_000;
    private static final int PHI3_ORIGINAL_CONTEXT_DEFAULT = 4096;
    private static final double YARN_BETA_FAST_DEFAULT = 32;
    private static final double YARN_BETA_SLOW_DEFAULT = 1;

    private final JsonFields config;
    private final Architecture architecture;
    private final int headSize;
    private final int contextTokensMax;

    RopeReader(JsonFields config, Architecture architecture, int headSize, int contextTokensMax) {
        this.config = config;
        this.architecture = architecture;
        this.headSize = headSize;
        this.contextTokensMax = contextTokensMax;
    }

    List<Rope> ropes() {
        Optional<JsonFields> parameters = config.objectField("rope_parameters");
        if (architecture != Architecture.GEMMA3) {
            return List.of(rope(parameters.or(() -> config.objectField("rope_scaling")), thetaDefault()));
        }
        Optional<JsonFields> local = parameters.flatMap(rope -> rope.objectField("sliding_attention"));
        Optional<JsonFields> global = local.isPresent()
                ? parameters.flatMap(rope -> rope.objectField("full_attention"))
                : parameters.or(() -> config.objectField("rope_scaling"));
        double localTheta = local.flatMap(rope -> rope.number("rope_theta"))
                .or(() -> config.number("rope_local_base_freq"))
                .orElse(THETA_DEFAULT);
        return List.of(
                rope(global, thetaDefault()),
                new Rope(localTheta, headSize, local.map(this::scaling).orElseGet(RopeScaling.None::new)));
    }

    private Rope rope(Optional<JsonFields> stated, double thetaDefault) {
        double theta = stated.flatMap(rope -> rope.number("rope_theta"))
                .or(() -> config.number("rope_theta"))
                .orElse(thetaDefault);
        return new Rope(theta, rotarySize(stated), stated.map(this::scaling).orElseGet(RopeScaling.None::new));
    }

    private double thetaDefault() {
        return switch (architecture) {
            case MIXTRAL, GEMMA3 -> LONG_THETA_DEFAULT;
            case LLAMA, MISTRAL, QWEN2, QWEN3, QWEN3_MOE, PHI3, GEMMA2, OLMO2 -> THETA_DEFAULT;
        };
    }

    private int rotarySize(Optional<JsonFields> stated) {
        double factor = stated.flatMap(rope -> rope.number("partial_rotary_factor"))
                .or(() -> config.number("partial_rotary_factor"))
                .orElse(1.0);
        if (factor == 1.0) {
            return headSize;
        }
        if (architecture != Architecture.PHI3 || !(factor > 0 && factor < 1)) {
            throw config.refused(
                    "partial_rotary_factor",
                    "is " + factor + ", which is not supported for model_type \"" + architecture.modelType() + "\"");
        }
        return (int) (headSize * factor);
    }

    private RopeScaling scaling(JsonFields rope) {
        String type = rope.string("rope_type").or(() -> rope.string("type")).orElse("default");
        boolean legacyLong = type.equals("su") || (type.equals("yarn") && architecture == Architecture.PHI3);
        return switch (legacyLong ? "longrope" : type) {
            case "default" -> plain(rope);
            case "linear" -> new RopeScaling.Linear(requiredFloat(rope, "factor"));
            case "llama3" ->
                new RopeScaling.Llama3(
                        requiredFloat(rope, "factor"),
                        requiredFloat(rope, "low_freq_factor"),
                        requiredFloat(rope, "high_freq_factor"),
                        rope.requiredInt("original_max_position_embeddings"));
            case "yarn" -> yarn(rope);
            case "longrope" -> longRope(rope);
            default ->
                throw rope.refused(
                        "rope_type",
                        "is \"" + type
                                + "\", which is not supported; supported: default, linear, llama3, yarn, longrope");
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

    private RopeScaling yarn(JsonFields rope) {
        int originalContextTokens =
                rope.integer("original_max_position_embeddings").orElse(contextTokensMax);
        double factor = rope.number("factor").orElse((double) contextTokensMax / originalContextTokens);
        return new RopeScaling.Yarn(
                (float) factor,
                rope.number("beta_fast").orElse(YARN_BETA_FAST_DEFAULT).floatValue(),
                rope.number("beta_slow").orElse(YARN_BETA_SLOW_DEFAULT).floatValue(),
                rope.bool("truncate").orElse(true),
                originalContextTokens,
                rope.number("attention_factor")
                        .orElseGet(() -> yarnAmplitude(rope, factor))
                        .floatValue());
    }

    private static double yarnAmplitude(JsonFields rope, double factor) {
        Optional<Double> mscale = rope.number("mscale");
        Optional<Double> mscaleAllDim = rope.number("mscale_all_dim");
        return mscale.isPresent() && mscaleAllDim.isPresent()
                ? magnitude(factor, mscale.get()) / magnitude(factor, mscaleAllDim.get())
                : magnitude(factor, 1);
    }

    private static double magnitude(double factor, double mscale) {
        return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
    }

    /**
     * Two lists of factors, of which Transformers chooses anew in every call by the length of its longest sequence, so that a sequence that
     * outgrows the original context is left with keys of both kinds, and one beside it, too; here the choice is the model's, once.
     */
    private RopeScaling longRope(JsonFields rope) {
        @Nullable
        Integer declared = config.integer("original_max_position_embeddings")
                .or(() -> rope.integer("original_max_position_embeddings"))
                .orElse(architecture == Architecture.PHI3 ? PHI3_ORIGINAL_CONTEXT_DEFAULT : null);
        int originalContextTokens = declared == null ? contextTokensMax : declared;
        double factor = declared == null
                ? rope.number("factor").orElse(1.0)
                : (double) contextTokensMax / originalContextTokens;
        double amplitude = rope.number("attention_factor")
                .orElseGet(() -> factor <= 1 ? 1.0 : Math.sqrt(1 + Math.log(factor) / Math.log(originalContextTokens)));
        return new RopeScaling.LongRope(
                divisors(rope, "short_factor"),
                divisors(rope, "long_factor"),
                originalContextTokens,
                contextTokensMax,
                (float) amplitude);
    }

    private static List<Float> divisors(JsonFields rope, String list) {
        if (!rope.has(list)) {
            throw rope.refused(list, "is missing; the rope_type needs it");
        }
        return rope.numbers(list).stream().map(Double::floatValue).toList();
    }

    private static float requiredFloat(JsonFields rope, String name) {
        return rope.number(name)
                .orElseThrow(() -> rope.refused(name, "is missing; the rope_type needs it"))
                .floatValue();
    }
}
