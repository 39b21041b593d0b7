package dev.weir.models.router;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** Regression with a ridge. There is one best fit, so there is no seed. */
final class Fit {
    static final double RIDGE = 3;

    /** Of what says which answers are right, chosen on the training and the validation split. */
    static final double RIDGE_OF_ANSWERS = 1;

    private static final int NEWTON_STEPS = 12;

    private Fit() {}

    /**
     * The weights by which the logistic function of these vectors foretells best what is right, by Newton's method: each step solves for where
     * the gradient would be zero if the curvature stayed.
     */
    static List<Double> logistic(double[][] vectors, boolean[] right, double ridge) {
        int n = vectors[0].length;
        double[] weights = new double[n];
        for (int step = 0; step < NEWTON_STEPS; step++) {
            double[] gradient = new double[n];
            double[][] curvature = new double[n][n];
            for (int j = 0; j < n; j++) {
                gradient[j] = ridge * weights[j];
                curvature[j][j] = ridge;
            }
            for (int i = 0; i < vectors.length; i++) {
                double[] x = vectors[i];
                double probability = 1 / (1 + StrictMath.exp(-dot(weights, x)));
                double off = probability - (right[i] ? 1 : 0);
                double bend = probability * (1 - probability);
                for (int j = 0; j < n; j++) {
                    gradient[j] += off * x[j];
                    for (int k = 0; k <= j; k++) {
                        curvature[j][k] += bend * x[j] * x[k];
                    }
                }
            }
            double[] change = solve(curvature, gradient);
            Arrays.setAll(weights, j -> weights[j] - change[j]);
        }
        return DoubleStream.of(weights).boxed().toList();
    }

    /** Numbers as sums of these vectors' parts; the vectors stay, and numbers are fitted again and again. */
    static final class Linear {
        private final double[][] vectors;
        private final double[][] curvature;

        Linear(double[][] vectors) {
            int n = vectors[0].length;
            this.vectors = vectors;
            this.curvature = new double[n][n];
            for (double[] x : vectors) {
                for (int j = 0; j < n; j++) {
                    for (int k = 0; k <= j; k++) {
                        curvature[j][k] += x[j] * x[k];
                    }
                }
            }
            for (int j = 0; j < n; j++) {
                curvature[j][j] += RIDGE;
            }
        }

        /** The weights by which the vectors foretell these numbers best. */
        List<Double> of(double[] numbers) {
            double[] sums = new double[curvature.length];
            for (int i = 0; i < vectors.length; i++) {
                for (int j = 0; j < sums.length; j++) {
                    sums[j] += numbers[i] * vectors[i][j];
                }
            }
            double[][] matrix = Arrays.stream(curvature).map(double[]::clone).toArray(double[][]::new);
            return DoubleStream.of(solve(matrix, sums)).boxed().toList();
        }
    }

    /** Of a symmetric positive matrix, whose lower half is given, by Cholesky's factors; the matrix is used up. */
    private static double[] solve(double[][] matrix, double[] right) {
        int n = right.length;
        double[] x = right.clone();
        for (int j = 0; j < n; j++) {
            for (int k = 0; k <= j; k++) {
                double sum = matrix[j][k];
                for (int i = 0; i < k; i++) {
                    sum -= matrix[j][i] * matrix[k][i];
                }
                matrix[j][k] = j == k ? Math.sqrt(sum) : sum / matrix[k][k];
            }
        }
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < j; i++) {
                x[j] -= matrix[j][i] * x[i];
            }
            x[j] /= matrix[j][j];
        }
        for (int j = n - 1; j >= 0; j--) {
            for (int i = j + 1; i < n; i++) {
                x[j] -= matrix[i][j] * x[i];
            }
            x[j] /= matrix[j][j];
        }
        return x;
    }

    static double dot(List<Double> weights, double[] vector) {
        double sum = 0;
        for (int i = 0; i < vector.length; i++) {
            sum += weights.get(i) * vector[i];
        }
        return sum;
    }

    private static double dot(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }
}
