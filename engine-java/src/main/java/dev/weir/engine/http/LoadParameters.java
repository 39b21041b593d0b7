package dev.weir.engine.http;

import dev.weir.engine.answer.ReasoningFormat;
import dev.weir.engine.answer.ToolFormat;
import dev.weir.engine.lifecycle.ModelRegistry.LoadOrder;
import dev.weir.engine.lifecycle.ModelSettings;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.request.Pooling;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The {@code parameters} of a load: the command line's options, for one model. */
final class LoadParameters {

    private static final String AUTO = "auto";
    private static final String NONE = "none";
    private static final List<String> SETTINGS = List.of(
            "dtype",
            "quantize",
            "kv_cache_dtype",
            "kv_cache_bytes",
            "max_model_len",
            "pooling",
            "reasoning_format",
            "tool_format");
    private static final List<String> ALL =
            Stream.concat(SETTINGS.stream(), Stream.of("path", "wait")).toList();

    private LoadParameters() {}

    static LoadOrder order(JsonFields parameters, ModelSettings defaults) {
        parameters.requireOnly(ALL);
        boolean asksForSettings = SETTINGS.stream().anyMatch(parameters::has);
        return new LoadOrder(
                parameters.text("path").map(path -> path(parameters, path)),
                asksForSettings ? Optional.of(settings(parameters, defaults)) : Optional.empty());
    }

    private static Path path(JsonFields parameters, String path) {
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw parameters.refuse("path", "is no path: " + e.getReason());
        }
    }

    private static ModelSettings settings(JsonFields parameters, ModelSettings defaults) {
        return new ModelSettings(
                types(parameters, defaults.types()),
                parameters.has("kv_cache_bytes")
                        ? OptionalLong.of(parameters.integer("kv_cache_bytes", 1L, Long.MAX_VALUE, 0L))
                        : defaults.kvCacheBytes(),
                parameters.has("max_model_len")
                        ? OptionalInt.of(parameters.integer("max_model_len", 2, Integer.MAX_VALUE, 0))
                        : defaults.contextTokensMax(),
                parameters.has("pooling")
                        ? pooling(parameters, parameters.text("pooling").orElseThrow())
                        : defaults.pooling(),
                parameters.has("reasoning_format")
                        ? format(
                                parameters,
                                "reasoning_format",
                                ReasoningFormat::ofWireName,
                                ReasoningFormat.wireNames())
                        : defaults.reasoning(),
                parameters.has("tool_format")
                        ? format(parameters, "tool_format", ToolFormat::ofWireName, ToolFormat.wireNames())
                        : defaults.calls());
    }

    /** The format that a field names; null where it says {@code auto}. */
    private static <T> @Nullable T format(
            JsonFields parameters, String field, Function<String, Optional<T>> reader, String names) {
        String name = parameters.text(field).orElseThrow();
        return name.equals(AUTO)
                ? null
                : reader.apply(name).orElseThrow(() -> parameters.refuse(field, "must be auto, " + names));
    }

    private static TensorTypes types(JsonFields parameters, TensorTypes defaults) {
        return new TensorTypes(
                type(parameters, "dtype", AUTO, List.of(DType.F32, DType.BF16), defaults.weights()),
                type(
                        parameters,
                        "quantize",
                        NONE,
                        List.of(DType.Q8_0, DType.Q4_0, DType.Q4_K, DType.Q5_K, DType.Q6_K),
                        defaults.quantize()),
                type(
                        parameters,
                        "kv_cache_dtype",
                        AUTO,
                        List.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0),
                        defaults.kvCache()));
    }

    /** The type that a field names; null where it says {@code open}. */
    private static @Nullable DType type(
            JsonFields parameters, String field, String open, List<DType> allowed, @Nullable DType otherwise) {
        if (!parameters.has(field)) {
            return otherwise;
        }
        String name = parameters.text(field).orElseThrow();
        if (name.equals(open)) {
            return null;
        }
        return DType.ofOptionName(name)
                .filter(allowed::contains)
                .orElseThrow(() -> parameters.refuse(
                        field,
                        "must be " + open + ", "
                                + allowed.stream().map(DType::optionName).collect(Collectors.joining(", "))));
    }

    private static @Nullable Pooling pooling(JsonFields parameters, String name) {
        return switch (name) {
            case AUTO -> null;
            case "mean" -> Pooling.MEAN;
            case "last" -> Pooling.LAST_TOKEN;
            default -> throw parameters.refuse("pooling", "must be auto, mean or last");
        };
    }

    static ObjectNode json(ModelSettings settings) {
        ObjectNode json = Json.object();
        json.put("dtype", name(settings.types().weights(), AUTO))
                .put("quantize", name(settings.types().quantize(), NONE))
                .put("kv_cache_dtype", name(settings.types().kvCache(), AUTO));
        settings.kvCacheBytes().ifPresent(bytes -> json.put("kv_cache_bytes", bytes));
        settings.contextTokensMax().ifPresent(tokens -> json.put("max_model_len", tokens));
        Pooling pooling = settings.pooling();
        if (pooling != null) {
            json.put("pooling", pooling == Pooling.MEAN ? "mean" : "last");
        }
        ReasoningFormat reasoning = settings.reasoning();
        if (reasoning != null) {
            json.put("reasoning_format", reasoning.wireName());
        }
        ToolFormat calls = settings.calls();
        if (calls != null) {
            json.put("tool_format", calls.wireName());
        }
        return json;
    }

    private static String name(@Nullable DType type, String open) {
        return type == null ? open : type.optionName();
    }
}
