package dev.weir.models.router;

import dev.weir.control.classification.LearnedHead;
import dev.weir.control.classification.RequestVector;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.embedding.SentenceEncoder;
import dev.weir.models.evaluation.Outcomes;
import dev.weir.models.evaluation.Outcomes.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/**
 * Fits one logistic regression for each model to whether it was right. Of the outcomes four fifths are fitted, and on the last fifth it is
 * chosen how much probability to be right may be given up for a cheaper model: as much as keeps what is right in truth within half of the
 * loss that is allowed.
 */
public final class RouterTraining {
    /** Of accuracy, against always the best model. */
    public static final double LOSS_MAX = 0.01;

    private static final int HELD_OUT_ONE_IN = 5;

    private final SentenceEncoder encoder;
    private final List<String> models;
    private final double[] costs;

    /**
     * Training for these models.
     *
     * @param models the cheapest first
     * @param costs of a token of each
     */
    public RouterTraining(SentenceEncoder encoder, List<String> models, double[] costs) {
        this.encoder = encoder;
        this.models = List.copyOf(models);
        this.costs = costs.clone();
    }

    public LearnedHead train(Outcomes outcomes) {
        List<Row> fitted = new ArrayList<>();
        List<Row> heldOut = new ArrayList<>();
        for (int i = 0; i < outcomes.rows().size(); i++) {
            (i % HELD_OUT_ONE_IN == 0 ? heldOut : fitted).add(outcomes.rows().get(i));
        }
        List<List<Double>> weights = fit(fitted);
        return new LearnedHead(models, weights, sacrifice(heldOut, weights));
    }

    /** For each model the weights that foretell best what it is right with. */
    List<List<Double>> fit(List<Row> rows) {
        double[][] vectors = rows.stream().map(row -> vector(encoder, row)).toArray(double[][]::new);
        List<List<Double>> weights = new ArrayList<>();
        for (String model : models) {
            boolean[] right = new boolean[vectors.length];
            for (int i = 0; i < right.length; i++) {
                right[i] = answer(rows.get(i), model).right();
            }
            weights.add(Fit.logistic(vectors, right, Fit.RIDGE));
        }
        return weights;
    }

    /** The largest, in steps of a hundredth, with which enough of the held-out requests are answered right. */
    private double sacrifice(List<Row> heldOut, List<List<Double>> weights) {
        RoutingReport report = new RoutingReport(new Outcomes(heldOut), models, costs);
        double enough = report.always(models.size() - 1).accuracy() - LOSS_MAX / 2;
        double chosen = 0;
        for (int percent = 0; percent <= 30; percent++) {
            LearnedHead head = new LearnedHead(models, weights, percent / 100.0);
            if (report.routed(head, encoder).accuracy() >= enough) {
                chosen = percent / 100.0;
            }
        }
        return chosen;
    }

    static Outcomes.Answer answer(Row row, String model) {
        return Objects.requireNonNull(row.answers().get(model), () -> row.id() + " has no answer of " + model);
    }

    static double[] vector(SentenceEncoder encoder, Row row) {
        return RequestVector.of(body(row), encoder);
    }

    static JsonBody body(Row row) {
        return new JsonBody(JsonMapper.shared().writeValueAsBytes(Map.of("messages", row.messages())));
    }
}
