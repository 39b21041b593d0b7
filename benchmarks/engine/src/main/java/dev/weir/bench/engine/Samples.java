package dev.weir.bench.engine;

import java.util.Arrays;

/** Times of one thing, repeated. */
final class Samples {
    private final long[] values;
    private int count;

    Samples(int countMax) {
        values = new long[countMax];
    }

    void add(long value) {
        values[count++] = value;
    }

    int count() {
        return count;
    }

    /** The middle one, or the mean of both. */
    double median() {
        long[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2.0;
    }
}
