package dev.weir.models.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * All trained matrices, in one fixed order. Projections that read the same input are one matrix here (query, key and value; gate and up)
 * because one large product is faster than several small ones.
 */
public final class Weights {
    /**
     * One matrix, row after row.
     *
     * @param name what it is, with its layer
     * @param rows outputs
     * @param columns inputs
     */
    @SuppressWarnings("ArrayRecordComponent") // the array is the point: it is trained in place
    public record Matrix(String name, int rows, int columns, float[] values) {
        public Matrix {
            if (values.length != rows * columns) {
                throw new IllegalArgumentException(name + " needs " + rows * columns + " values, not " + values.length);
            }
        }
    }

    private static final float EMBEDDING_DEVIATION = 0.05f;

    private final LlamaShape shape;
    private final List<Matrix> matrices = new ArrayList<>();

    private Weights(LlamaShape shape) {
        this.shape = shape;
    }

    /** Fresh weights. Matrices start at the inverse root of their inputs; those that write to the residual stream less, by depth. */
    public static Weights random(LlamaShape shape, long seed) {
        Weights weights = new Weights(shape);
        SplittableRandom random = new SplittableRandom(seed);
        float residual = (float) (1 / Math.sqrt(2.0 * shape.layers()));
        weights.add("embedding", shape.vocabulary(), shape.hidden(), EMBEDDING_DEVIATION, random);
        float fromHidden = (float) (1 / Math.sqrt(shape.hidden()));
        for (int layer = 0; layer < shape.layers(); layer++) {
            weights.add("qkv." + layer, shape.queryWidth() + 2 * shape.kvWidth(), shape.hidden(), fromHidden, random);
            weights.add(
                    "output." + layer,
                    shape.hidden(),
                    shape.queryWidth(),
                    residual / (float) Math.sqrt(shape.queryWidth()),
                    random);
            weights.add("gate_up." + layer, 2 * shape.intermediate(), shape.hidden(), fromHidden, random);
            weights.add(
                    "down." + layer,
                    shape.hidden(),
                    shape.intermediate(),
                    residual / (float) Math.sqrt(shape.intermediate()),
                    random);
        }
        float[] ones = new float[shape.hidden()];
        Arrays.fill(ones, 1f);
        weights.matrices.add(new Matrix("norm", 1, shape.hidden(), ones));
        return weights;
    }

    public LlamaShape shape() {
        return shape;
    }

    public List<Matrix> matrices() {
        return List.copyOf(matrices);
    }

    public Matrix get(String name) {
        return matrices.stream()
                .filter(matrix -> matrix.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no matrix named " + name));
    }

    private void add(String name, int rows, int columns, float deviation, SplittableRandom random) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian(0, deviation);
        }
        matrices.add(new Matrix(name, rows, columns, values));
    }
}
