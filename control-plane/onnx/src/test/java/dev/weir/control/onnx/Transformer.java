package dev.weir.control.onnx;

import static dev.weir.control.onnx.Network.real;
import static dev.weir.control.onnx.Network.whole;
import static dev.weir.control.onnx.Network.wholes;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** An encoder of BERT's shape with weights that mean nothing: what it computes takes as long as if they meant something. */
final class Transformer {
    private static final int TOKENS_MAX = 512;
    private static final int FEED_FORWARD = 4;

    private final Network network = new Network();
    private final SplittableRandom random = new SplittableRandom(7);
    private final int width;
    private final int headCount;

    private Transformer(int width, int headCount) {
        this.width = width;
        this.headCount = headCount;
    }

    /** With {@code layers} of six, {@code width} of 384 and twelve heads it has the shape of MiniLM. */
    static Network of(int vocabularySize, int layerCount, int width, int headCount) {
        Transformer transformer = new Transformer(width, headCount);
        transformer.network.takes("input_ids", "token_type_ids", "position_ids");
        String x = transformer.embedded(vocabularySize);
        for (int layer = 0; layer < layerCount; layer++) {
            x = transformer.layer(x);
        }
        return transformer
                .network
                .named("last_hidden_state", "Identity", List.of(x))
                .gives("last_hidden_state", "one", "tokens", Integer.toString(width));
    }

    private String embedded(int vocabularySize) {
        String words = gathered(vocabularySize, "input_ids");
        String kinds = gathered(2, "token_type_ids");
        String places = gathered(TOKENS_MAX, "position_ids");
        return normalized(step("Add", step("Add", words, kinds), places));
    }

    private String gathered(int rowCount, String index) {
        return step("Gather", network.anyWeights(random, rowCount, width), index);
    }

    private String layer(String x) {
        String attended = normalized(step("Add", x, linear(attention(x), width, width)));
        String wide = gelu(linear(attended, width, FEED_FORWARD * width));
        return normalized(step("Add", attended, linear(wide, FEED_FORWARD * width, width)));
    }

    private String attention(String x) {
        String queries = heads(x, 0, 2, 1, 3);
        String keys = heads(x, 0, 2, 3, 1);
        String values = heads(x, 0, 2, 1, 3);
        String scale = network.weights(new float[] {(float) (1 / Math.sqrt((double) width / headCount))}, 1);
        String scores = step("Mul", step("MatMul", queries, keys), scale);
        String shares = network.step("Softmax", List.of(scores), whole("axis", -1));
        String mixed = network.step("Transpose", List.of(step("MatMul", shares, values)), wholes("perm", 0, 2, 1, 3));
        return step("Reshape", mixed, network.wholes(0, 0, width));
    }

    private String heads(String x, long... order) {
        String parted = step("Reshape", linear(x, width, width), network.wholes(0, 0, headCount, width / headCount));
        return network.step("Transpose", List.of(parted), wholes("perm", order));
    }

    private String linear(String x, int in, int out) {
        return step("Add", step("MatMul", x, network.anyWeights(random, in, out)), network.anyWeights(random, out));
    }

    private String gelu(String x) {
        String root = network.weights(new float[] {(float) Math.sqrt(2)}, 1);
        String one = network.weights(new float[] {1}, 1);
        String half = network.weights(new float[] {0.5f}, 1);
        String share = step("Add", network.step("Erf", List.of(step("Div", x, root))), one);
        return step("Mul", step("Mul", x, share), half);
    }

    private String normalized(String x) {
        float[] ones = new float[width];
        Arrays.fill(ones, 1);
        return network.step(
                "LayerNormalization",
                List.of(x, network.weights(ones, width), network.anyWeights(random, width)),
                whole("axis", -1),
                real("epsilon", 1e-5f));
    }

    private String step(String operation, String one, String other) {
        return network.step(operation, List.of(one, other));
    }
}
