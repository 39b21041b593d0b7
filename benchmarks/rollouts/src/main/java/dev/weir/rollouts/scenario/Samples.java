package dev.weir.rollouts.scenario;

import dev.weir.control.statistics.Proportion;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** Shares and quantiles over runs. */
record Samples<T>(List<T> runs) {
    private static final double Z95 = 1.959963984540054;

    double share(Predicate<T> predicate) {
        return proportion(predicate).share();
    }

    double shareAtMost(Predicate<T> predicate) {
        return proportion(predicate).wilson(Z95).upper();
    }

    /** Of the runs that the value exists for; the value that this share of them does not exceed. */
    double quantile(double level, ToDoubleFunction<T> value) {
        List<Double> sorted = sorted(value);
        return sorted.isEmpty()
                ? Double.NaN
                : sorted.get(Math.clamp((int) Math.ceil(level * sorted.size()) - 1, 0, sorted.size() - 1));
    }

    double mean(ToDoubleFunction<T> value) {
        return runs.stream().mapToDouble(value).average().orElse(Double.NaN);
    }

    List<Double> sorted(ToDoubleFunction<T> value) {
        return runs.stream()
                .mapToDouble(value)
                .filter(number -> !Double.isNaN(number))
                .sorted()
                .boxed()
                .toList();
    }

    private Proportion proportion(Predicate<T> predicate) {
        return new Proportion(runs.stream().filter(predicate).count(), runs.size());
    }
}
