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
import java.util.stream.DoubleStream;
import tools.jackson.databind.json.JsonMapper;

/**
 * Fits one logistic regression for each model to whether it was right, by Newton's method with a ridge; there is one best fit, so there is no
 * seed. Of the outcomes four fifths are fitted, and on the last fifth it is chosen how much probability to be right may be
 * given up for a cheaper model: as much as keeps what is right in truth within half of the loss that is allowed.
 */
public final class RouterTraining {
    /** Of accuracy, against always the best model. */
    public static final double LOSS_MAX = 0.01;

    private static final double RIDGE = 3;
    private static final int NEWTON_STEPS = 12;
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
        double[][] vectors = fitted.stream().map(row -> vector(encoder, row)).toArray(double[][]::new);
        List<List<Double>> weights = new ArrayList<>();
        for (String model : models) {
            boolean[] right = new boolean[vectors.length];
            for (int i = 0; i < right.length; i++) {
                right[i] = answer(fitted.get(i), model).right();
            }
            weights.add(DoubleStream.of(fit(vectors, right)).boxed().toList());
        }
        return new LearnedHead(models, weights, sacrifice(heldOut, weights));
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

    /**
     * How to route where answers are looked at before they are sent.
     *
     * @param sacrificeMax of the head
     * @param logprobMin below which the dearest model answers instead
     */
    public record Upgrade(double sacrificeMax, double logprobMin) {}

    /**
     * The cheapest upgrade, on the last fifth of the outcomes, that keeps within half of a loss.
     *
     * @param lossMax of accuracy
     */
    public Upgrade learnUpgrade(Outcomes outcomes, LearnedHead head, double lossMax) {
        List<Row> heldOut = new ArrayList<>();
        for (int i = 0; i < outcomes.rows().size(); i += HELD_OUT_ONE_IN) {
            heldOut.add(outcomes.rows().get(i));
        }
        RoutingReport report = new RoutingReport(new Outcomes(heldOut), models, costs);
        double enough = report.always(models.size() - 1).accuracy() - lossMax / 2;
        Upgrade best = new Upgrade(head.sacrificeMax(), 0);
        double least = Double.POSITIVE_INFINITY;
        for (int percent = 0; percent <= 80; percent += 2) {
            for (int thousandths = 2; thousandths <= 40; thousandths += 2) {
                Upgrade tried = new Upgrade(percent / 100.0, -thousandths / 1000.0);
                RoutingReport.Line line = report.upgraded(head, encoder, tried);
                if (line.accuracy() >= enough && line.cost() < least) {
                    best = tried;
                    least = line.cost();
                }
            }
        }
        return best;
    }

    static Outcomes.Answer answer(Row row, String model) {
        return Objects.requireNonNull(row.answers().get(model), () -> row.id() + " has no answer of " + model);
    }

    static double[] vector(SentenceEncoder encoder, Row row) {
        return RequestVector.of(
                new JsonBody(JsonMapper.shared().writeValueAsBytes(Map.of("messages", row.messages()))), encoder);
    }

    /** Newton's method: each step solves for where the gradient would be zero if the curvature stayed. */
    private static double[] fit(double[][] vectors, boolean[] right) {
        int n = vectors[0].length;
        double[] weights = new double[n];
        for (int step = 0; step < NEWTON_STEPS; step++) {
            double[] gradient = new double[n];
            double[][] curvature = new double[n][n];
            for (int j = 0; j < n; j++) {
                gradient[j] = RIDGE * weights[j];
                curvature[j][j] = RIDGE;
            }
            for (int i = 0; i < vectors.length; i++) {
                double[] x = vectors[i];
                double probability = 1 / (1 + StrictMath.exp(-dot(weights, x)));
                double off = probability - (right[i] ? 1 : 0);
                double bend = probability * (1 - probability);
                for (int j = 0; j < n; j++) {
                    gradient[j] += off * x[j];
                    for (int k = 0; k <= j; k++) {
                        curvature[j][k] += bend * x[j] * x[k];
                    }
                }
            }
            double[] change = solve(curvature, gradient);
            for (int j = 0; j < n; j++) {
                weights[j] -= change[j];
            }
        }
        return weights;
    }

    /** Of a symmetric positive matrix, whose lower half is given, by Cholesky's factors; the matrix is used up. */
    private static double[] solve(double[][] matrix, double[] right) {
        int n = right.length;
        double[] x = right.clone();
        for (int j = 0; j < n; j++) {
            for (int k = 0; k <= j; k++) {
                double sum = matrix[j][k];
                for (int i = 0; i < k; i++) {
                    sum -= matrix[j][i] * matrix[k][i];
                }
                matrix[j][k] = j == k ? Math.sqrt(sum) : sum / matrix[k][k];
            }
        }
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < j; i++) {
                x[j] -= matrix[j][i] * x[i];
            }
            x[j] /= matrix[j][j];
        }
        for (int j = n - 1; j >= 0; j--) {
            for (int i = j + 1; i < n; i++) {
                x[j] -= matrix[i][j] * x[i];
            }
            x[j] /= matrix[j][j];
        }
        return x;
    }

    private static double dot(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }
}
