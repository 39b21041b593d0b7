package dev.weir.engine;

import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Llama in double precision, straight from the paper: no cache, no blocks, no batch, nothing shared with the engine but the reading of
 * headers. Weights may be changed before it runs, to be what another implementation of the same change should equal.
 */
public final class DoubleLlama {

    private final Config config;
    private final Map<String, double[]> weights;

    private record Config(
            int layerCount,
            int hiddenSize,
            int headSize,
            int queryHeadCount,
            int kvHeadCount,
            double rmsNormEpsilon,
            double ropeTheta) {

        static Config of(JsonNode json) {
            return new Config(
                    json.get("num_hidden_layers").intValue(),
                    json.get("hidden_size").intValue(),
                    json.get("head_dim").intValue(),
                    json.get("num_attention_heads").intValue(),
                    json.get("num_key_value_heads").intValue(),
                    json.get("rms_norm_eps").doubleValue(),
                    json.get("rope_theta").doubleValue());
        }
    }

    private DoubleLlama(Config config, Map<String, double[]> weights) {
        this.config = config;
        this.weights = weights;
    }

    public static DoubleLlama open(ModelDirectory directory) {
        Map<String, double[]> weights = new HashMap<>();
        for (TensorInfo tensor : directory.weights().tensors()) {
            weights.put(tensor.name(), read(directory.weights().files().get(tensor.fileIndex()), tensor));
        }
        JsonNode json = JsonMapper.shared().readTree(directory.path().resolve("config.json"));
        return new DoubleLlama(Config.of(json), weights);
    }

    private static double[] read(Path file, TensorInfo tensor) {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, tensor.offsetBytes(), tensor.sizeBytes())
                    .order(ByteOrder.LITTLE_ENDIAN);
            double[] values =
                    new double[(int) (tensor.sizeBytes() / tensor.dtype().blockBytes())];
            for (int i = 0; i < values.length; i++) {
                values[i] = tensor.dtype() == DType.BF16
                        ? Float.intBitsToFloat(bytes.getShort(2 * i) << 16)
                        : bytes.getFloat(4 * i);
            }
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The hidden state after each token, after the final norm. */
    public double[][] hiddenStates(int[] tokenIds) {
        int layers = config.layerCount();
        List<List<double[]>> keys = IntStream.range(0, layers)
                .<List<double[]>>mapToObj(_ -> new ArrayList<>())
                .toList();
        List<List<double[]>> values = IntStream.range(0, layers)
                .<List<double[]>>mapToObj(_ -> new ArrayList<>())
                .toList();
        double[][] states = new double[tokenIds.length][];
        for (int position = 0; position < tokenIds.length; position++) {
            double[] x = new double[config.hiddenSize()];
            System.arraycopy(weight("model.embed_tokens"), tokenIds[position] * x.length, x, 0, x.length);
            for (int layer = 0; layer < layers; layer++) {
                String prefix = "model.layers." + layer + ".";
                double[] normed = norm(prefix + "input_layernorm", x);
                double[] query = linear(prefix + "self_attn.q_proj", normed);
                double[] key = linear(prefix + "self_attn.k_proj", normed);
                rotate(query, position);
                rotate(key, position);
                keys.get(layer).add(key);
                values.get(layer).add(linear(prefix + "self_attn.v_proj", normed));
                add(x, linear(prefix + "self_attn.o_proj", attend(query, keys.get(layer), values.get(layer))));
                double[] inner = norm(prefix + "post_attention_layernorm", x);
                double[] gate = linear(prefix + "mlp.gate_proj", inner);
                double[] up = linear(prefix + "mlp.up_proj", inner);
                for (int i = 0; i < gate.length; i++) {
                    gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
                }
                add(x, linear(prefix + "mlp.down_proj", gate));
            }
            states[position] = norm("model.norm", x);
        }
        return states;
    }

    /** The token of the highest logit after these, which a greedy answer goes on with. */
    public int next(int[] tokenIds) {
        double[] logits = linear("lm_head", hiddenStates(tokenIds)[tokenIds.length - 1]);
        return IntStream.range(0, logits.length)
                .reduce((a, b) -> logits[b] > logits[a] ? b : a)
                .orElseThrow();
    }

    /** Changes the elements of a tensor, row after row. */
    public void change(String tensor, Consumer<double[]> how) {
        how.accept(Objects.requireNonNull(weights.get(tensor), tensor));
    }

    private double[] weight(String name) {
        return Objects.requireNonNull(weights.get(name + ".weight"), name);
    }

    private double[] linear(String name, double[] x) {
        double[] weight = weight(name);
        double[] y = new double[weight.length / x.length];
        for (int row = 0; row < y.length; row++) {
            for (int k = 0; k < x.length; k++) {
                y[row] += weight[row * x.length + k] * x[k];
            }
        }
        return y;
    }

    private double[] norm(String name, double[] x) {
        double squares = 0;
        for (double value : x) {
            squares += value * value;
        }
        double inverse = 1 / Math.sqrt(squares / x.length + config.rmsNormEpsilon());
        double[] weight = weight(name);
        return IntStream.range(0, x.length)
                .mapToDouble(i -> x[i] * inverse * weight[i])
                .toArray();
    }

    /** Turns pairs of each head by an angle that grows with the position. */
    private void rotate(double[] heads, int position) {
        int half = config.headSize() / 2;
        for (int begin = 0; begin < heads.length; begin += config.headSize()) {
            for (int i = 0; i < half; i++) {
                double angle = position * Math.pow(config.ropeTheta(), -2.0 * i / config.headSize());
                double a = heads[begin + i];
                double b = heads[begin + half + i];
                heads[begin + i] = a * Math.cos(angle) - b * Math.sin(angle);
                heads[begin + half + i] = b * Math.cos(angle) + a * Math.sin(angle);
            }
        }
    }

    private double[] attend(double[] query, List<double[]> keys, List<double[]> values) {
        int size = config.headSize();
        int group = config.queryHeadCount() / config.kvHeadCount();
        double[] out = new double[query.length];
        for (int head = 0; head < config.queryHeadCount(); head++) {
            int q = head * size;
            int kv = head / group * size;
            double[] scores = keys.stream()
                    .mapToDouble(key -> IntStream.range(0, size)
                                    .mapToDouble(d -> query[q + d] * key[kv + d])
                                    .sum()
                            / Math.sqrt(size))
                    .map(Math::exp)
                    .toArray();
            double total = IntStream.range(0, scores.length)
                    .mapToDouble(i -> scores[i])
                    .sum();
            for (int position = 0; position < scores.length; position++) {
                for (int d = 0; d < size; d++) {
                    out[q + d] += scores[position] / total * values.get(position)[kv + d];
                }
            }
        }
        return out;
    }

    private static void add(double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            x[i] += y[i];
        }
    }
}
