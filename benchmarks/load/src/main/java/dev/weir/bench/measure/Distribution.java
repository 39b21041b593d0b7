package dev.weir.bench.measure;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** How a latency is distributed, in milliseconds. */
public record Distribution(
        long count, double mean, double p50, double p90, double p95, double p99, double max, List<Bucket> buckets) {
    private static final double MICROS_PER_MILLI = 1_000;
    private static final int BUCKETS_PER_DOUBLING = 4;

    /** So many values above one bound and at most the other. */
    public record Bucket(double aboveMillis, double toMillis, long count) {}

    public Distribution {
        buckets = List.copyOf(buckets);
    }

    static Distribution of(Histogram micros) {
        return new Distribution(
                micros.getTotalCount(),
                micros.getMean() / MICROS_PER_MILLI,
                percentile(micros, 50),
                percentile(micros, 90),
                percentile(micros, 95),
                percentile(micros, 99),
                micros.getMaxValue() / MICROS_PER_MILLI,
                buckets(micros));
    }

    private static double percentile(Histogram micros, double percent) {
        return micros.getTotalCount() == 0 ? 0 : micros.getValueAtPercentile(percent) / MICROS_PER_MILLI;
    }

    /** Coarser than the histogram itself: each bound is the fourth root of 2 times the one before it; empty buckets are left out. */
    private static List<Bucket> buckets(Histogram micros) {
        List<Bucket> buckets = new ArrayList<>();
        int current = Integer.MIN_VALUE;
        long count = 0;
        for (HistogramIterationValue value : micros.recordedValues()) {
            double middle = micros.medianEquivalentValue(value.getValueIteratedTo());
            int index = (int) Math.ceil(BUCKETS_PER_DOUBLING * Math.log(Math.max(1, middle)) / Math.log(2));
            if (index != current && count > 0) {
                buckets.add(bucket(current, count));
                count = 0;
            }
            current = index;
            count += value.getCountAtValueIteratedTo();
        }
        if (count > 0) {
            buckets.add(bucket(current, count));
        }
        return buckets;
    }

    private static Bucket bucket(int index, long count) {
        return new Bucket(bound(index - 1), bound(index), count);
    }

    private static double bound(int index) {
        return Math.pow(2, (double) index / BUCKETS_PER_DOUBLING) / MICROS_PER_MILLI;
    }
}
