package dev.weir.models.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The Llama forward pass, as Hugging Face computes it, and its gradient.
 *
 * <p>Two things differ from the textbook, neither in the result. The gains of the norms inside the layers stay one, since the matrix
 * after each of them can learn the same; and the feed-forward block of the last layer, like the output projection, sees only the
 * positions whose next token is scored.
 *
 * <p>Thread-safety: one thread at a time; every call owns its native memory and frees it before it returns.
 */
public final class LlamaNetwork implements AutoCloseable {
    /** Low enough to vanish in a softmax, high enough to stay finite. */
    private static final float MASKED = -1e9f;

    /**
     * The outcome of a training pass.
     *
     * @param loss mean cross-entropy in nats per scored token
     * @param gradients for each of {@link Weights#matrices()}, in that order
     */
    public record Gradients(float loss, List<float[]> gradients) {}

    /** What attention needs to know about positions, for one length. */
    private record Positions(NDArray cosines, NDArray sines, NDArray mask) {}

    private final LlamaShape shape;
    private final NDManager manager;
    private final NDArray halfTurn;
    private final NDArray minusHalf;
    private final Map<String, ByteBuffer> uploads = new HashMap<>();
    private final Map<Integer, Positions> positionsByLength = new HashMap<>();

    public LlamaNetwork(LlamaShape shape) {
        this.shape = shape;
        manager = Engine.getEngine("PyTorch").newBaseManager();
        halfTurn = halfTurn();
        // Kept, because DJL frees a number passed to pow at once, while autograd still points to it.
        minusHalf = manager.create(-0.5f);
    }

    /** Loss and gradients of a batch. */
    public Gradients train(Weights weights, Batch batch) {
        try (NDManager step = manager.newSubManager()) {
            Map<String, NDArray> leaves = upload(step, weights, true);
            float loss;
            // Not DJL's GradientCollector: it lets one thread of a process differentiate, where PyTorch itself keeps
            // the switch per thread.
            JniUtils.setGradMode(true);
            try {
                NDArray logProbabilities = logits(step, leaves, batch).logSoftmax(1);
                NDArray targets = step.create(batch.targets(), new Shape(batch.targets().length, 1));
                NDArray mean = logProbabilities.gather(targets, 1).mean().neg();
                JniUtils.backward((PtNDArray) mean, (PtNDArray) mean.onesLike(), false, false);
                loss = mean.getFloat();
            } finally {
                JniUtils.setGradMode(false);
            }
            List<float[]> gradients = weights.matrices().stream()
                    .map(matrix -> gradientOf(step, leaf(leaves, matrix.name())))
                    .toList();
            return new Gradients(loss, gradients);
        }
    }

    /** The most likely next token at each scored position. */
    public long[] predict(Weights weights, Batch batch) {
        try (NDManager step = manager.newSubManager()) {
            return logits(step, upload(step, weights, false), batch).argMax(1).toLongArray();
        }
    }

    @Override
    public void close() {
        manager.close();
    }

    private static float[] gradientOf(NDManager step, NDArray leaf) {
        NDArray gradient = leaf.getGradient();
        gradient.attach(step);
        return gradient.toFloatArray();
    }

    private Map<String, NDArray> upload(NDManager step, Weights weights, boolean differentiable) {
        Map<String, NDArray> leaves = new HashMap<>();
        for (Weights.Matrix matrix : weights.matrices()) {
            ByteBuffer buffer = uploads.computeIfAbsent(
                    matrix.name(), _ -> manager.allocateDirect(matrix.values().length * Float.BYTES));
            buffer.asFloatBuffer().put(matrix.values());
            NDArray leaf = step.create(buffer, new Shape(matrix.rows(), matrix.columns()), DataType.FLOAT32);
            leaf.setRequiresGradient(differentiable);
            leaves.put(matrix.name(), leaf);
        }
        return leaves;
    }

    private static NDArray leaf(Map<String, NDArray> leaves, String name) {
        NDArray leaf = leaves.get(name);
        if (leaf == null) {
            throw new IllegalArgumentException("no matrix named " + name);
        }
        return leaf;
    }

    private NDArray logits(NDManager step, Map<String, NDArray> leaves, Batch batch) {
        NDArray ids = step.create(batch.ids(), new Shape(batch.rows(), batch.columns()));
        NDArray scored = step.create(batch.scored());
        NDArray embedding = leaf(leaves, "embedding");
        NDArray stream = rows(ids, embedding);
        for (int layer = 0; layer < shape.layers(); layer++) {
            NDArray attended = attention(normalised(stream), leaf(leaves, "qkv." + layer));
            if (layer == shape.layers() - 1) {
                attended = rows(scored, attended.reshape(-1, shape.queryWidth()));
                stream = rows(scored, stream.reshape(-1, shape.hidden()));
            }
            stream = stream.add(product(attended, leaf(leaves, "output." + layer)));
            stream = stream.add(feedForward(normalised(stream), leaves, layer));
        }
        return product(normalised(stream).mul(leaf(leaves, "norm")), embedding);
    }

    private NDArray attention(NDArray input, NDArray qkvMatrix) {
        long rows = input.getShape().get(0);
        long columns = input.getShape().get(1);
        int rotatedHeads = shape.heads() + shape.kvHeads();
        Positions positions = positions((int) columns);

        NDList parts = product(input, qkvMatrix).split(new long[] {(long) rotatedHeads * shape.headSize()}, 2);
        NDArray turning = parts.get(0).reshape(rows, columns, rotatedHeads, shape.headSize());
        NDArray turned =
                turning.mul(positions.cosines()).add(turning.matMul(halfTurn).mul(positions.sines()));
        NDList queriesAndKeys = turned.split(new long[] {shape.heads()}, 2);

        // Query heads that share a key head stand below one another, so that one product serves the group.
        long group = shape.heads() / shape.kvHeads();
        NDArray queries = queriesAndKeys
                .get(0)
                .transpose(0, 2, 1, 3)
                .reshape(rows, shape.kvHeads(), group * columns, shape.headSize());
        NDArray keys = queriesAndKeys.get(1).transpose(0, 2, 3, 1);
        NDArray values = parts.get(1)
                .reshape(rows, columns, shape.kvHeads(), shape.headSize())
                .transpose(0, 2, 1, 3);
        NDArray weights = queries.matMul(keys).add(positions.mask()).softmax(3);
        return weights.matMul(values)
                .reshape(rows, shape.heads(), columns, shape.headSize())
                .transpose(0, 2, 1, 3)
                .reshape(rows, columns, shape.queryWidth());
    }

    private NDArray feedForward(NDArray input, Map<String, NDArray> leaves, int layer) {
        NDArray both = product(input, leaf(leaves, "gate_up." + layer));
        NDList gateAndUp =
                both.split(new long[] {shape.intermediate()}, both.getShape().dimension() - 1);
        NDArray gate = gateAndUp.get(0);
        NDArray active = gate.mul(gate.getNDArrayInternal().sigmoid()).mul(gateAndUp.get(1));
        return product(active, leaf(leaves, "down." + layer));
    }

    private NDArray normalised(NDArray input) {
        NDArray scale = input.square()
                .mean(new int[] {-1}, true)
                .add(LlamaShape.NORM_EPSILON)
                .pow(minusHalf);
        return input.mul(scale);
    }

    private static NDArray product(NDArray input, NDArray matrix) {
        return Linear.linear(input, matrix).singletonOrThrow();
    }

    private static NDArray rows(NDArray indices, NDArray table) {
        return Embedding.embedding(indices, table, SparseFormat.DENSE).singletonOrThrow();
    }

    /** Multiplying by it maps the halves (a, b) of a head to (-b, a), the quarter turn that rotary positions need. */
    private NDArray halfTurn() {
        int size = shape.headSize();
        float[] values = new float[size * size];
        for (int i = 0; i < size / 2; i++) {
            values[(i + size / 2) * size + i] = -1;
            values[i * size + i + size / 2] = 1;
        }
        return manager.create(values, new Shape(size, size));
    }

    private Positions positions(int columns) {
        return positionsByLength.computeIfAbsent(columns, this::newPositions);
    }

    private Positions newPositions(int columns) {
        int size = shape.headSize();
        int rotatedHeads = shape.heads() + shape.kvHeads();
        float[] cosines = new float[columns * rotatedHeads * size];
        float[] sines = new float[cosines.length];
        // The scale of the attention scores is applied to the queries here, where it costs nothing.
        float queryScale = (float) (1 / Math.sqrt(size));
        for (int at = 0; at < cosines.length; at++) {
            int position = at / (rotatedHeads * size);
            int head = at / size % rotatedHeads;
            int pair = at % size % (size / 2);
            double angle = position * Math.pow(LlamaShape.ROPE_THETA, -2.0 * pair / size);
            float scale = head < shape.heads() ? queryScale : 1;
            cosines[at] = scale * (float) Math.cos(angle);
            sines[at] = scale * (float) Math.sin(angle);
        }
        int group = shape.heads() / shape.kvHeads();
        float[] mask = new float[group * columns * columns];
        for (int at = 0; at < mask.length; at++) {
            int query = at / columns % columns;
            mask[at] = at % columns <= query ? 0 : MASKED;
        }
        return new Positions(
                manager.create(cosines, new Shape(columns, rotatedHeads, size)),
                manager.create(sines, new Shape(columns, rotatedHeads, size)),
                manager.create(mask, new Shape((long) group * columns, columns)));
    }
}
