package dev.weir.control.statistics;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * A quantile of measured values. Its standard error is read off two order statistics around it, for whatever distribution; the interval is
 * exact, since how many values lie below the true quantile is binomial.
 *
 * <p>Deng, Knoblich and Lu, "Applying the delta method in metric analytics", KDD 2018, section 4; David and Nagaraja, "Order Statistics",
 * section 7.1.
 */
public record QuantileEstimate(double value, double standardError, Interval interval, int count) {
    private static final double Z = 1.959963984540054;
    private static final double ALPHA = 0.05;

    /** Below this many values the bracket around the quantile leaves the sample. */
    public static int countMin(double level) {
        return (int) Math.ceil(Z * Z * Math.max(level / (1 - level), (1 - level) / level)) + 1;
    }

    /**
     * The quantile of these values, in whatever order.
     *
     * @param level 0.95 for P95
     */
    public static QuantileEstimate of(double[] values, double level) {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("level must be in (0, 1): " + level);
        }
        if (values.length < countMin(level)) {
            throw new IllegalArgumentException(
                    "the quantile %s needs %d values: %d".formatted(level, countMin(level), values.length));
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int count = sorted.length;
        double half = Z * Math.sqrt(level * (1 - level) / count);
        double upper = at(sorted, level + half);
        double lower = at(sorted, level - half);
        BinomialDistribution below = BinomialDistribution.of(count, level);
        int from = below.inverseCumulativeProbability(ALPHA / 2);
        int to = below.inverseCumulativeProbability(1 - ALPHA / 2) + 1;
        Interval exact = new Interval(
                from < 1 ? Double.NEGATIVE_INFINITY : sorted[from - 1],
                to > count ? Double.POSITIVE_INFINITY : sorted[to - 1]);
        return new QuantileEstimate(at(sorted, level), (upper - lower) / (2 * Z), exact, count);
    }

    /** How many times as large this quantile is as the other, with 95 % on the logarithmic scale. Both must be positive. */
    public Interval ratioTo(QuantileEstimate other) {
        double half = Z * Math.hypot(standardError / value, other.standardError / other.value);
        double ratio = value / other.value;
        return new Interval(ratio * Math.exp(-half), ratio * Math.exp(half));
    }

    private static double at(double[] sorted, double level) {
        int index = (int) Math.ceil(level * sorted.length) - 1;
        return sorted[Math.clamp(index, 0, sorted.length - 1)];
    }
}
