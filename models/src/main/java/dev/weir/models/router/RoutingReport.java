package dev.weir.models.router;

import dev.weir.control.classification.LearnedHead;
import dev.weir.control.embedding.SentenceEncoder;
import dev.weir.models.evaluation.Outcomes;
import dev.weir.models.evaluation.Outcomes.Answer;
import dev.weir.models.evaluation.Outcomes.Row;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * What ways of choosing a model get right and cost, on the same outcomes: every answer and every token is one that was measured. For one head,
 * whatever it may sacrifice.
 */
public final class RoutingReport {
    private static final double ROUNDING = 1e-9;

    private final List<Row> rows;
    private final List<String> models;
    private final double[] costs;
    private final Map<String, double[]> foretold = new HashMap<>();

    /**
     * A report.
     *
     * @param models the cheapest first
     * @param costs of a token of each, read or written
     */
    public RoutingReport(Outcomes outcomes, List<String> models, double[] costs) {
        this.rows = outcomes.rows();
        this.models = List.copyOf(models);
        this.costs = costs.clone();
    }

    /**
     * What a way of choosing came to.
     *
     * @param cost against always the most expensive model
     */
    public record Line(double accuracy, double cost) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%5.1f %% right  %5.1f %% of the cost", 100 * accuracy, 100 * cost);
        }
    }

    public Line always(int model) {
        return routed(_ -> model);
    }

    /** The mean of all models: what choosing by chance comes to. */
    public Line random() {
        double accuracy = 0;
        double cost = 0;
        for (int m = 0; m < models.size(); m++) {
            accuracy += always(m).accuracy() / models.size();
            cost += always(m).cost() / models.size();
        }
        return new Line(accuracy, cost);
    }

    /** The cheapest model that is right; the cheapest of all where none is. */
    public Line oracle() {
        return routed(this::cheapestRight);
    }

    private int cheapestRight(Row row) {
        for (int m = 0; m < models.size(); m++) {
            if (answer(row, m).right()) {
                return m;
            }
        }
        return 0;
    }

    /**
     * What no way of choosing one model for each case can beat: the cheapest that is right, and the cheapest of all where being right would
     * cost most, as far as that may lose against always the dearest model.
     *
     * @param lossMax of accuracy
     */
    public Line oracle(double lossMax) {
        Line all = oracle();
        int dearest = models.size() - 1;
        double enough = always(dearest).accuracy() - lossMax;
        int sparedMax = (int) Math.floor((all.accuracy() - enough) * rows.size() + ROUNDING);
        double[] prices = rows.stream()
                .filter(row -> IntStream.rangeClosed(0, dearest)
                        .anyMatch(m -> answer(row, m).right()))
                .mapToDouble(row -> cost(row, cheapestRight(row)) - cost(row, 0))
                .sorted()
                .toArray();
        double cost = all.cost() * total(dearest);
        int spared = 0;
        while (spared < Math.min(sparedMax, prices.length) && prices[prices.length - 1 - spared] > 0) {
            cost -= prices[prices.length - 1 - spared];
            spared++;
        }
        return new Line(all.accuracy() - spared / (double) rows.size(), cost / total(dearest));
    }

    /** By any way of choosing. */
    public Line routed(ToIntFunction<Row> choice) {
        double right = 0;
        double cost = 0;
        for (Row row : rows) {
            int chosen = choice.applyAsInt(row);
            cost += cost(row, chosen);
            right += answer(row, chosen).right() ? 1 : 0;
        }
        return new Line(right / rows.size(), cost / total(models.size() - 1));
    }

    public Line routed(LearnedHead head, SentenceEncoder encoder) {
        return routed(row -> head.choose(rights(head, encoder, row)));
    }

    /** The same as the control plane does it: of what the head is not confident goes to the middle model. */
    public Line routedConfidently(LearnedHead head, SentenceEncoder encoder) {
        return routed(row -> {
            double[] rights = rights(head, encoder, row);
            int chosen = head.choose(rights);
            return rights[chosen] < Cascade.CONFIDENCE_MIN ? Cascade.MIDDLE : chosen;
        });
    }

    /** The head's weights are one and the same in every comparison, and so are its foretellings. */
    private double[] rights(LearnedHead head, SentenceEncoder encoder, Row row) {
        return foretold.computeIfAbsent(row.id(), _ -> head.rights(RouterTraining.vector(encoder, row)));
    }

    /** Mixing the cheapest and the dearest by chance, at this cost. */
    public double accuracyOfMixing(double cost) {
        Line low = always(0);
        Line high = always(models.size() - 1);
        double share = Math.clamp((cost - low.cost()) / (high.cost() - low.cost()), 0, 1);
        return low.accuracy() + share * (high.accuracy() - low.accuracy());
    }

    private double total(int model) {
        return rows.stream().mapToDouble(row -> cost(row, model)).sum();
    }

    private double cost(Row row, int model) {
        Answer answer = answer(row, model);
        return costs[model] * (answer.inputTokens() + answer.outputTokens());
    }

    private Answer answer(Row row, int model) {
        return RouterTraining.answer(row, models.get(model));
    }
}
