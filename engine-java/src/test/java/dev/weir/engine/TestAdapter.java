package dev.weir.engine;

import static java.util.Objects.requireNonNull;

import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.json.JsonMapper;

/** An adapter of random weights for a model, in a directory as PEFT saves it, and what it comes to when it is merged into the weights. */
public final class TestAdapter {

    private static final double ALPHA = 12;

    private final Path directory;
    private final double scale;
    private final Map<String, Half> halves = new LinkedHashMap<>();

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Half(int rows, int columns, float[] values) {}

    /**
     * Writes an adapter of every attention and MLP projection.
     *
     * @param seed of its weights
     */
    public static TestAdapter write(Path directory, ModelDirectory model, int rank, long seed) {
        return new TestAdapter(directory, model, rank, seed);
    }

    private TestAdapter(Path directory, ModelDirectory model, int rank, long seed) {
        this.directory = directory;
        scale = ALPHA / rank;
        Random random = new Random(seed);
        for (TensorInfo tensor : model.weights().tensors()) {
            if (tensor.name().endsWith("_proj.weight")) {
                String projection = tensor.name().substring(0, tensor.name().length() - ".weight".length());
                int outputs = tensor.shape().getFirst().intValue();
                int inputs = tensor.shape().getLast().intValue();
                halves.put(projection + ".lora_A.weight", half(random, rank, inputs));
                halves.put(projection + ".lora_B.weight", half(random, outputs, rank));
            }
        }
        try {
            Files.createDirectories(directory);
            Files.write(
                    directory.resolve("adapter_config.json"),
                    JsonMapper.shared().writeValueAsBytes(config(rank)));
            Files.write(directory.resolve("adapter_model.safetensors"), file());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path directory() {
        return directory;
    }

    private static Half half(Random random, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() / Math.sqrt(2.0 * columns));
        }
        return new Half(rows, columns, values);
    }

    private static Map<String, Object> config(int rank) {
        return Map.of(
                "peft_type",
                "LORA",
                "task_type",
                "CAUSAL_LM",
                "r",
                rank,
                "lora_alpha",
                ALPHA,
                "bias",
                "none",
                "target_modules",
                List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"));
    }

    private byte[] file() {
        Map<String, Object> header = new LinkedHashMap<>();
        int bytes = 0;
        for (Map.Entry<String, Half> entry : halves.entrySet()) {
            Half half = entry.getValue();
            int end = bytes + half.values().length * Float.BYTES;
            header.put(
                    "base_model.model." + entry.getKey(),
                    Map.of(
                            "dtype", "F32",
                            "shape", List.of(half.rows(), half.columns()),
                            "data_offsets", List.of(bytes, end)));
            bytes = end;
        }
        byte[] json = JsonMapper.shared().writeValueAsBytes(header);
        ByteBuffer file = ByteBuffer.allocate(Long.BYTES + json.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        halves.values().forEach(half -> {
            for (float value : half.values()) {
                file.putFloat(value);
            }
        });
        return file.array();
    }

    /** Adds scale * B A to the weights of every projection that it adapts. */
    public void mergeInto(DoubleLlama model) {
        halves.keySet().stream().filter(name -> name.endsWith(".lora_A.weight")).forEach(name -> {
            String projection = name.substring(0, name.length() - ".lora_A.weight".length());
            model.change(projection + ".weight", weights -> addUpdate(projection, weights));
        });
    }

    private void addUpdate(String projection, double[] weights) {
        Half a = requireNonNull(halves.get(projection + ".lora_A.weight"));
        Half b = requireNonNull(halves.get(projection + ".lora_B.weight"));
        for (int row = 0; row < b.rows(); row++) {
            for (int k = 0; k < b.columns(); k++) {
                for (int column = 0; column < a.columns(); column++) {
                    weights[row * a.columns() + column] +=
                            scale * b.values()[row * b.columns() + k] * a.values()[k * a.columns() + column];
                }
            }
        }
    }
}
