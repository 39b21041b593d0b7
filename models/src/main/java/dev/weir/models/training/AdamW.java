package dev.weir.models.training;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019) and clipping of the gradient's norm. Matrices decay, norm gains do not.
 */
public final class AdamW {
    private static final float BETA_1 = 0.9f;
    private static final float BETA_2 = 0.98f;
    private static final float EPSILON = 1e-8f;
    private static final float WEIGHT_DECAY = 0.05f;
    private static final double GRADIENT_NORM_MAX = 1.0;

    private final List<float[]> firstMoments = new ArrayList<>();
    private final List<float[]> secondMoments = new ArrayList<>();
    private final Weights weights;

    public AdamW(Weights weights) {
        this.weights = weights;
        for (Weights.Matrix matrix : weights.matrices()) {
            firstMoments.add(new float[matrix.values().length]);
            secondMoments.add(new float[matrix.values().length]);
        }
    }

    /**
     * Moves the weights against the gradients; where a gradient is not finite, not at all.
     *
     * @param step counted from one
     * @return the norm of the gradient before clipping
     */
    public double step(List<float[]> gradients, long step, float learningRate) {
        double norm = norm(gradients);
        if (!Double.isFinite(norm)) {
            return norm;
        }
        float scale = (float) Math.min(1.0, GRADIENT_NORM_MAX / (norm + 1e-6));
        float correction1 = (float) (1 - Math.pow(BETA_1, (double) step));
        float correction2 = (float) (1 - Math.pow(BETA_2, (double) step));
        List<Weights.Matrix> matrices = weights.matrices();
        IntStream.range(0, gradients.size()).parallel().forEach(i -> {
            Weights.Matrix matrix = matrices.get(i);
            float keep = matrix.rows() == 1 ? 1 : 1 - learningRate * WEIGHT_DECAY;
            update(matrix.values(), gradients.get(i), i, scale, learningRate / correction1, correction2, keep);
        });
        return norm;
    }

    List<float[]> firstMoments() {
        return firstMoments;
    }

    List<float[]> secondMoments() {
        return secondMoments;
    }

    private void update(
            float[] values, float[] gradient, int index, float scale, float rate, float correction2, float keep) {
        float[] first = firstMoments.get(index);
        float[] second = secondMoments.get(index);
        for (int i = 0; i < values.length; i++) {
            float g = gradient[i] * scale;
            first[i] = BETA_1 * first[i] + (1 - BETA_1) * g;
            second[i] = BETA_2 * second[i] + (1 - BETA_2) * g * g;
            values[i] = keep * values[i] - rate * first[i] / ((float) Math.sqrt(second[i] / correction2) + EPSILON);
        }
    }

    private static double norm(List<float[]> gradients) {
        double sum = 0;
        for (float[] gradient : gradients) {
            for (float g : gradient) {
                sum += (double) g * g;
            }
        }
        return Math.sqrt(sum);
    }
}
