package dev.weir.control.evaluation.judge;

import dev.weir.control.statistics.Interval;
import dev.weir.control.statistics.Proportion;
import java.util.Arrays;

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

    /** Values and how they spread. */
    private record Sample(double count, double mean, double variance) {
        static Sample of(double[] values) {
            return new Sample(values.length, PredictionPowered.mean(values), covariance(values, values));
        }

        /** Of ones and zeros. */
        static Sample of(long ones, long count) {
            double n = count;
            return new Sample(n, ones / n, ones * (n - ones) / (n * (n - 1)));
        }
    }

    /**
     * The estimate.
     *
     * @param labels of people
     * @param judgedLabelled the judge's of the same answers
     * @param judgedOnly the judge's of other answers of the same kind
     */
    public static PredictionPowered of(double[] labels, double[] judgedLabelled, double[] judgedOnly) {
        if (labels.length != judgedLabelled.length) {
            throw new IllegalArgumentException("every label needs the judge's of the same answer: " + labels.length
                    + " and " + judgedLabelled.length);
        }
        requireEnough(labels.length, judgedOnly.length);
        return of(
                Sample.of(labels),
                Sample.of(judgedLabelled),
                covariance(labels, judgedLabelled),
                Sample.of(judgedOnly));
    }

    /**
     * The same where every label is right or wrong.
     *
     * @param labelled the judge, and then people
     * @param judgedOnly what the judge passes of other answers of the same kind
     */
    public static PredictionPowered of(Agreement labelled, Proportion judgedOnly) {
        requireEnough(labelled.count(), judgedOnly.count());
        long judged = labelled.firstPassesCount();
        long right = labelled.secondPassesCount();
        double n = labelled.count();
        double covariance = (labelled.bothPassCount() - right * (judged / n)) / (n - 1);
        return of(
                Sample.of(right, labelled.count()),
                Sample.of(judged, labelled.count()),
                covariance,
                Sample.of(judgedOnly.badCount(), judgedOnly.count()));
    }

    private static PredictionPowered of(Sample labels, Sample judgedLabelled, double covariance, Sample judgedOnly) {
        double ratio = labels.count() / judgedOnly.count();
        double lambda =
                judgedOnly.variance() == 0 ? 0 : Math.clamp(covariance / ((1 + ratio) * judgedOnly.variance()), 0, 1);
        double residualVariance =
                labels.variance() - 2 * lambda * covariance + lambda * lambda * judgedLabelled.variance();
        double mean = lambda * judgedOnly.mean() + labels.mean() - lambda * judgedLabelled.mean();
        double error = Math.sqrt(lambda * lambda * judgedOnly.variance() / judgedOnly.count()
                + Math.max(0, residualVariance) / labels.count());
        return new PredictionPowered(mean, error, lambda);
    }

    private static void requireEnough(long labelCount, long judgedOnlyCount) {
        if (labelCount < 2 || judgedOnlyCount < 2) {
            throw new IllegalArgumentException("two labels with the judge's, and two of the judge's alone, are needed: "
                    + labelCount + " and " + judgedOnlyCount);
        }
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
        return Arrays.stream(values).average().orElse(0);
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
