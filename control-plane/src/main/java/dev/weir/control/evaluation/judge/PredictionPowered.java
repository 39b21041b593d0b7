package dev.weir.control.evaluation.judge;

import dev.weir.control.statistics.Interval;

/**
 * The mean of people's labels, from a few of these and many of the judge's: the judge's mean, put right by how far it was off where both are
 * known, and weighed by how much it helps. Never worse than the labels alone, asymptotically, however bad the judge.
 *
 * <p>Angelopoulos, Duchi and Zrnic, "PPI++: efficient prediction-powered inference" (2023), arXiv 2311.01453, example 6.1.
 *
 * @param mean of the labels, estimated
 * @param lambda how far the judge was relied on, from 0 to 1
 */
public record PredictionPowered(double mean, double standardError, double lambda) {

    /**
     * The estimate.
     *
     * @param labels of people
     * @param judgedLabelled the judge's of the same answers
     * @param judgedOnly the judge's of other answers of the same kind
     */
    public static PredictionPowered of(double[] labels, double[] judgedLabelled, double[] judgedOnly) {
        int n = labels.length;
        int bigN = judgedOnly.length;
        if (n < 2 || n != judgedLabelled.length || bigN < 2) {
            throw new IllegalArgumentException("two labels with the judge's, and two of the judge's alone, are needed: "
                    + n + ", " + judgedLabelled.length + ", " + bigN);
        }
        double judgeVariance = variance(judgedOnly);
        double ratio = n / (double) bigN;
        double lambda = judgeVariance == 0
                ? 0
                : Math.clamp(covariance(labels, judgedLabelled) / ((1 + ratio) * judgeVariance), 0, 1);
        double[] residuals = new double[n];
        for (int i = 0; i < n; i++) {
            residuals[i] = labels[i] - lambda * judgedLabelled[i];
        }
        double mean = lambda * mean(judgedOnly) + mean(residuals);
        double error = Math.sqrt(lambda * lambda * judgeVariance / bigN + variance(residuals) / n);
        return new PredictionPowered(mean, error, lambda);
    }

    /**
     * The interval around the mean.
     *
     * @param z 1.96 for 95 %
     */
    public Interval interval(double z) {
        return new Interval(mean - z * standardError, mean + z * standardError);
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double variance(double[] values) {
        return covariance(values, values);
    }

    private static double covariance(double[] one, double[] other) {
        double oneMean = mean(one);
        double otherMean = mean(other);
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += (one[i] - oneMean) * (other[i] - otherMean);
        }
        return sum / (one.length - 1);
    }
}
