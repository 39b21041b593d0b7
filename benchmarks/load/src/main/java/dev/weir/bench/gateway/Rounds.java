package dev.weir.bench.gateway;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What one way of asking took, round by round. What is added is the difference within a round, and of all rounds the median: a machine that is
 * slower one minute than the next slows both sides of a round.
 */
final class Rounds {
    private final List<Latencies> rounds;
    private final List<Latencies> others;

    /**
     * Those.
     *
     * @param others rounds that do not count, but what failed in them failed
     */
    Rounds(List<Latencies> rounds, List<Latencies> others) {
        this.rounds = List.copyOf(rounds);
        this.others = List.copyOf(others);
    }

    /** All of them, those that do not count, too. */
    Rounds all() {
        return new Rounds(every().toList(), List.of());
    }

    double median(ToDoubleFunction<Latencies> figure) {
        return median(rounds.stream().mapToDouble(figure).toArray());
    }

    double added(Rounds direct, ToDoubleFunction<Latencies> figure) {
        if (rounds.size() != direct.rounds.size()) {
            throw new IllegalArgumentException(rounds.size() + " rounds have no pairs in " + direct.rounds.size());
        }
        double[] added = new double[rounds.size()];
        for (int round = 0; round < added.length; round++) {
            added[round] = figure.applyAsDouble(rounds.get(round)) - figure.applyAsDouble(direct.rounds.get(round));
        }
        return median(added);
    }

    private static double median(double[] values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    long answerCount() {
        return rounds.stream()
                .mapToLong(round -> round.ofWholes().getTotalCount())
                .sum();
    }

    long failureCount() {
        return every().mapToLong(Latencies::failureCount).sum();
    }

    /** Why the last one failed. */
    String lastFailure() {
        return every().map(Latencies::lastFailure).filter(why -> !why.isEmpty()).reduce("", (_, later) -> later);
    }

    private Stream<Latencies> every() {
        return Stream.concat(rounds.stream(), others.stream());
    }
}
