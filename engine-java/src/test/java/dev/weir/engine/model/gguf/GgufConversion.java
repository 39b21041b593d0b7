package dev.weir.engine.model.gguf;

import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorInfo;
import dev.weir.engine.model.WeightsIndex;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns a Hugging Face directory into a GGUF file as converters do, written from their description: what the reader undoes is done here
 * by another hand.
 */
public final class GgufConversion {

    private final Path directory;
    private final JsonNode config;
    private final String modelType;
    private final String architecture;
    private final GgufWriter writer = new GgufWriter();

    private GgufConversion(Path directory) {
        this.directory = directory;
        this.config = json("config.json");
        this.modelType = config.path("model_type").asString("");
        this.architecture = switch (modelType) {
            case "mistral", "mixtral" -> "llama";
            case "gemma3_text" -> "gemma3";
            case "qwen3_moe" -> "qwen3moe";
            default -> modelType;
        };
    }

    /** Whether GGUF has words for everything that a model's computation depends on. */
    public static boolean canExpress(Path directory) {
        JsonNode config = new GgufConversion(directory).config;
        boolean windowsFromSomeLayer = config.path("use_sliding_window").asBoolean(false);
        boolean denseLayersBetween = config.path("mlp_only_layers").size() > 0;
        return !windowsFromSomeLayer && !denseLayersBetween;
    }

    /** Writes the model with its matrices in a type; what has one dimension is always F32, as converters have it. */
    public static Path write(Path directory, DType matrices, Path file) {
        return converted(directory, matrices).write(file);
    }

    /** The same, before it is written, so that a test may change it. */
    public static GgufWriter converted(Path directory, DType matrices) {
        return new GgufConversion(directory).convert(matrices, false);
    }

    /** Writes in F32 the very numbers that {@link #write} leaves of the matrices in that type. */
    public static Path writeRounded(Path directory, DType matrices, Path file) {
        return new GgufConversion(directory).convert(matrices, true).write(file);
    }

    private GgufWriter convert(DType matrices, boolean onlyRound) {
        metadata();
        tokenizer();
        tensors((name, shape, values) -> add(name, shape, values, matrices, onlyRound));
        return writer;
    }

    private interface Sink {
        void add(String name, List<Long> shape, float[] values);
    }

    private void metadata() {
        writer.put("general.architecture", architecture).put("general.name", "A fixture");
        put("block_count", "num_hidden_layers");
        put("context_length", "max_position_embeddings");
        put("embedding_length", "hidden_size");
        put("feed_forward_length", "intermediate_size");
        put("attention.head_count", "num_attention_heads");
        put("attention.head_count_kv", "num_key_value_heads");
        put("attention.key_length", "head_dim");
        put("attention.value_length", "head_dim");
        put("expert_used_count", "num_experts_per_tok");
        put("expert_count", config.has("num_local_experts") ? "num_local_experts" : "num_experts");
        put("expert_feed_forward_length", "moe_intermediate_size");
        if (modelType.equals("phi3")) {
            writer.put(
                    "phi3.attention.sliding_window",
                    config.path("sliding_window").asInt(0));
        } else if (!modelType.startsWith("qwen")) {
            put("attention.sliding_window", "sliding_window");
        }
        putFloat("attention.layer_norm_rms_epsilon", "rms_norm_eps");
        putFloat("rope.freq_base", "rope_theta");
        putFloat("rope.freq_base_swa", "rope_local_base_freq");
        putFloat("attn_logit_softcapping", "attn_logit_softcapping");
        putFloat("final_logit_softcapping", "final_logit_softcapping");
        if (config.has("query_pre_attn_scalar")) {
            double scalar = config.get("query_pre_attn_scalar").doubleValue();
            writer.put(architecture + ".attention.scale", (float) (1 / Math.sqrt(scalar)));
        }
        if (config.has("sliding_window_pattern")) {
            int period = config.get("sliding_window_pattern").intValue();
            writer.put(
                    architecture + ".attention.sliding_window_pattern",
                    IntStream.rangeClosed(1, config.get("num_hidden_layers").intValue())
                            .mapToObj(layer -> layer % period != 0)
                            .toList());
        }
        rope();
    }

    private void rope() {
        double turned = config.path("partial_rotary_factor").asDouble(1);
        writer.put(architecture + ".rope.dimension_count", (int) (headSize() * turned));
        JsonNode scaling = config.path("rope_scaling");
        String type = scaling.path("rope_type").asString(scaling.path("type").asString(""));
        switch (type) {
            case "linear", "yarn" -> {
                writer.put(architecture + ".rope.scaling.type", type)
                        .put(
                                architecture + ".rope.scaling.factor",
                                scaling.get("factor").floatValue());
                if (type.equals("yarn")) {
                    writer.put(
                            architecture + ".rope.scaling.original_context_length",
                            scaling.get("original_max_position_embeddings").intValue());
                }
            }
            case "llama3" -> writer.tensor("rope_freqs.weight", llama3Factors());
            case "longrope" -> longRope(scaling);
            default -> {}
        }
    }

    private void longRope(JsonNode scaling) {
        int original = config.get("original_max_position_embeddings").intValue();
        double stretch = config.get("max_position_embeddings").doubleValue() / original;
        writer.tensor("rope_factors_short.weight", floats(scaling.get("short_factor")))
                .tensor("rope_factors_long.weight", floats(scaling.get("long_factor")))
                .put(architecture + ".rope.scaling.original_context_length", original)
                .put(architecture + ".rope.scaling.attn_factor", (float)
                        (stretch > 1 ? Math.sqrt(1 + Math.log(stretch) / Math.log(original)) : 1));
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).floatValue();
        }
        return values;
    }

    private void put(String ggufKey, String field) {
        JsonNode value = config.path(field);
        if (value.isIntegralNumber()) {
            writer.put(architecture + "." + ggufKey, value.intValue());
        }
    }

    private void putFloat(String ggufKey, String field) {
        JsonNode value = config.path(field);
        if (value.isNumber()) {
            writer.put(architecture + "." + ggufKey, value.floatValue());
        }
    }

    private void tokenizer() {
        JsonNode tokenizer = json("tokenizer.json");
        TreeMap<Integer, String> spellings = new TreeMap<>();
        Map<Integer, Integer> types = new LinkedHashMap<>();
        tokenizer
                .path("model")
                .path("vocab")
                .properties()
                .forEach(entry -> spellings.put(entry.getValue().intValue(), entry.getKey()));
        for (JsonNode added : tokenizer.path("added_tokens")) {
            spellings.put(added.path("id").intValue(), added.path("content").stringValue());
            types.put(added.path("id").intValue(), added.path("special").booleanValue() ? 3 : 4);
        }
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : tokenizer.path("model").path("merges")) {
            merges.add(merge.get(0).stringValue() + " " + merge.get(1).stringValue());
        }
        writer.put("tokenizer.ggml.model", "gpt2")
                .put("tokenizer.ggml.pre", "gpt-2")
                .put("tokenizer.ggml.tokens", List.copyOf(spellings.values()))
                .put(
                        "tokenizer.ggml.token_type",
                        spellings.keySet().stream()
                                .map(id -> types.getOrDefault(id, 1))
                                .toList())
                .put("tokenizer.ggml.merges", merges)
                .put("tokenizer.ggml.bos_token_id", config.path("bos_token_id").intValue())
                .put("tokenizer.ggml.eos_token_id", first(config.path("eos_token_id")));
        JsonNode template = json("tokenizer_config.json").path("chat_template");
        if (template.isString()) {
            writer.put("tokenizer.chat_template", template.stringValue());
        }
    }

    private static int first(JsonNode ids) {
        return ids.isArray() ? ids.get(0).intValue() : ids.intValue();
    }

    private void tensors(Sink sink) {
        WeightsIndex weights = ModelDirectory.open(directory).weights();
        Map<String, List<float[]>> stacks = new LinkedHashMap<>();
        for (TensorInfo tensor : weights.tensors()) {
            float[] values = values(weights, tensor);
            String name = GgufNames.ggufName(modelType, tensor.name());
            if (name.contains("_exps")) {
                List<float[]> stack = stacks.computeIfAbsent(name, _ -> new ArrayList<>());
                stack.add(values); // sources list experts in their order
                if (stack.size() == expertCount()) {
                    sink.add(
                            name,
                            List.of(
                                    (long) stack.size(),
                                    tensor.shape().get(0),
                                    tensor.shape().get(1)),
                            joined(stack));
                }
                continue;
            }
            if (architecture.equals("llama") && name.matches(".*attn_[qk]\\.(weight|bias)")) {
                boolean query = name.contains("attn_q");
                values = paired(
                        values,
                        config.path(query ? "num_attention_heads" : "num_key_value_heads")
                                .intValue());
            }
            if (architecture.startsWith("gemma") && name.endsWith("norm.weight")) {
                for (int i = 0; i < values.length; i++) {
                    values[i] += 1;
                }
            }
            sink.add(name, tensor.shape(), values);
        }
    }

    private void add(String name, List<Long> shape, float[] values, DType matrices, boolean onlyRound) {
        boolean small = shape.size() == 1 || name.endsWith("ffn_gate_inp.weight");
        DType type = small ? DType.F32 : fitting(matrices, shape.getLast());
        byte[] bytes = Stored.bytes(values, type);
        DType written = onlyRound ? DType.F32 : type;
        writer.tensor(
                name,
                GgufTensorType.valueOf(written.name()).number(),
                shape,
                onlyRound ? Stored.bytes(Stored.values(bytes, type), DType.F32) : bytes);
    }

    /** The type, or what converters take for rows that are no multiple of its blocks. */
    private static DType fitting(DType type, long rowElements) {
        if (rowElements % type.blockElements() == 0) {
            return type;
        }
        return switch (type) {
            case Q4_K -> fitting(DType.Q5_0, rowElements);
            case Q5_K -> fitting(DType.Q5_1, rowElements);
            case Q6_K -> fitting(DType.Q8_0, rowElements);
            default -> DType.F16;
        };
    }

    /** Of each head, row i of the first half is followed by row i of the second. */
    private float[] paired(float[] values, int headCount) {
        float[] paired = new float[values.length];
        int rowValues = values.length / headCount / headSize();
        int half = headSize() / 2;
        for (int row = 0; row < headCount * headSize(); row++) {
            int head = row / headSize();
            int inHead = row % headSize();
            int target = head * headSize() + 2 * (inHead % half) + inHead / half;
            System.arraycopy(values, row * rowValues, paired, target * rowValues, rowValues);
        }
        return paired;
    }

    private int headSize() {
        return config.has("head_dim")
                ? config.get("head_dim").intValue()
                : config.get("hidden_size").intValue()
                        / config.get("num_attention_heads").intValue();
    }

    private int expertCount() {
        return config.path(config.has("num_local_experts") ? "num_local_experts" : "num_experts")
                .intValue();
    }

    /** What Llama 3's rule divides each frequency by. */
    private float[] llama3Factors() {
        JsonNode scaling = config.path("rope_scaling");
        double factor = scaling.get("factor").doubleValue();
        double low = scaling.get("low_freq_factor").doubleValue();
        double high = scaling.get("high_freq_factor").doubleValue();
        double context = scaling.get("original_max_position_embeddings").doubleValue();
        float[] factors = new float[headSize() / 2];
        for (int i = 0; i < factors.length; i++) {
            double wavelength = 2 * Math.PI * Math.pow(config.get("rope_theta").doubleValue(), 2.0 * i / headSize());
            double smooth = (context / wavelength - low) / (high - low);
            factors[i] = (float)
                    (wavelength < context / high
                            ? 1
                            : wavelength > context / low ? factor : 1 / ((1 - smooth) / factor + smooth));
        }
        return factors;
    }

    private static float[] joined(List<float[]> parts) {
        float[] whole = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, whole, at, part.length);
            at += part.length;
        }
        return whole;
    }

    private static float[] values(WeightsIndex weights, TensorInfo tensor) {
        byte[] bytes = new byte[(int) tensor.sizeBytes()];
        try (RandomAccessFile file =
                new RandomAccessFile(weights.files().get(tensor.fileIndex()).toFile(), "r")) {
            file.seek(tensor.offsetBytes());
            file.readFully(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Stored.values(bytes, tensor.dtype());
    }

    private JsonNode json(String name) {
        return JsonMapper.shared().readTree(directory.resolve(name).toFile());
    }
}
