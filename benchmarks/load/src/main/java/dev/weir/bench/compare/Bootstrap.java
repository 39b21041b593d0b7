package dev.weir.bench.compare;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Confidence intervals of ratios by the percentile bootstrap: both samples are drawn anew with replacement many times, and the middle 95 % of the
 * ratios that come out are the interval. It knows nothing of requests that wait for each other, so under a queue it is too narrow: repeat the
 * run to learn more.
 */
public final class Bootstrap {
    private static final int RESAMPLE_COUNT = 2_000;
    private static final double TAIL = 0.025;

    private final SplittableRandom random;

    public Bootstrap(long seed) {
        random = new SplittableRandom(seed);
    }

    /** What is compared of a sample. */
    public enum Statistic {
        MEAN,
        P50,
        P95
    }

    /** One number by another, and between which bounds that lies with 95 % confidence. */
    public record Ratio(double base, double other, double low, double high) {
        public double value() {
            return other / base;
        }

        /** Whether the interval leaves out 1. */
        public boolean differs() {
            return low > 1 || high < 1;
        }
    }

    /** The ratio of other to base. */
    public Ratio ratio(double[] base, double[] other, Statistic statistic) {
        double[] sortedBase = sorted(base);
        double[] sortedOther = sorted(other);
        double[] ratios = new double[RESAMPLE_COUNT];
        for (int i = 0; i < ratios.length; i++) {
            double drawnBase = of(sortedBase, drawn(sortedBase.length), statistic);
            ratios[i] = of(sortedOther, drawn(sortedOther.length), statistic) / drawnBase;
        }
        Arrays.sort(ratios);
        return new Ratio(
                of(sortedBase, once(sortedBase.length), statistic),
                of(sortedOther, once(sortedOther.length), statistic),
                ratios[(int) (TAIL * RESAMPLE_COUNT)],
                ratios[(int) ((1 - TAIL) * RESAMPLE_COUNT) - 1]);
    }

    private static double[] sorted(double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("there is nothing to compare in an empty sample");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /** How often each value is drawn. Counting spares sorting every resample. */
    private int[] drawn(int size) {
        int[] times = new int[size];
        for (int i = 0; i < size; i++) {
            times[random.nextInt(size)]++;
        }
        return times;
    }

    private static int[] once(int size) {
        int[] times = new int[size];
        Arrays.fill(times, 1);
        return times;
    }

    private static double of(double[] sorted, int[] times, Statistic statistic) {
        return switch (statistic) {
            case MEAN -> {
                double sum = 0;
                for (int i = 0; i < sorted.length; i++) {
                    sum += times[i] * sorted[i];
                }
                yield sum / sorted.length;
            }
            case P50 -> percentile(sorted, times, 0.50);
            case P95 -> percentile(sorted, times, 0.95);
        };
    }

    private static double percentile(double[] sorted, int[] times, double share) {
        long rank = (long) Math.ceil(share * sorted.length);
        long seen = 0;
        for (int i = 0; i < sorted.length; i++) {
            seen += times[i];
            if (seen >= rank) {
                return sorted[i];
            }
        }
        return sorted[sorted.length - 1];
    }
}
