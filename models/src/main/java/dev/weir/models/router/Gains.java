package dev.weir.models.router;

import dev.weir.models.router.Cascade.Case;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What asking a model gained over asking the dearest at once, for any worth of a right answer: first, foretold by the request, and where another's
 * answer would not do, foretold by that. Linear regression, from the dearest backwards, so that it is known what comes after.
 */
final class Gains {
    private final Cascade cascade;
    private final Fit.Linear requests;
    private final double unit;

    Gains(Cascade cascade) {
        this.cascade = cascade;
        this.requests =
                new Fit.Linear(cascade.cases().stream().map(Case::vector).toArray(double[][]::new));
        this.unit = cascade.meanCostOfDearest();
    }

    /**
     * The weights, one row for each model but the dearest.
     *
     * @param first of requests
     * @param onward of answers that will not do, for the next model; a row without numbers where that is the dearest
     */
    record Learnt(List<List<Double>> first, List<List<Double>> onward) {}

    /**
     * What is learnt.
     *
     * @param worth of a right answer, in answers of the dearest model
     * @param rightMin below which an answer is not taken
     */
    Learnt of(double worth, double rightMin) {
        List<Case> cases = cascade.cases();
        List<List<Double>> first = new ArrayList<>();
        List<List<Double>> onward = new ArrayList<>();
        double[] after = new double[cases.size()];
        List<Double> row = List.of();
        for (int m = cases.getFirst().dearest() - 1; m >= 0; m--) {
            double[] gains = new double[cases.size()];
            for (int i = 0; i < gains.length; i++) {
                Case each = cases.get(i);
                gains[i] = each.isTaken(m, rightMin)
                        ? gain(each, m, worth)
                        : -each.costs()[m] / unit + (isWorth(row, each, m) ? after[i] : 0);
            }
            first.addFirst(requests.of(gains));
            onward.addFirst(row);
            after = gains;
            row = m == 0 ? List.of() : ofRejected(m - 1, rightMin, after);
        }
        return new Learnt(first, onward);
    }

    /** Of an answer that is taken. */
    private double gain(Case each, int model, double worth) {
        int top = each.dearest();
        double saved = (each.costs()[top] - each.costs()[model]) / unit;
        int more = (each.right()[model] ? 1 : 0) - (each.right()[top] ? 1 : 0);
        return saved + worth * more;
    }

    private static boolean isWorth(List<Double> row, Case each, int model) {
        return !row.isEmpty() && Fit.dot(row, each.answers()[model]) > 0;
    }

    /** What going on from a model's answers that will not do gained. */
    private List<Double> ofRejected(int model, double rightMin, double[] gains) {
        List<Case> cases = cascade.cases();
        int[] rejected = IntStream.range(0, gains.length)
                .filter(i -> !cases.get(i).isTaken(model, rightMin))
                .toArray();
        if (rejected.length == 0) {
            return List.of();
        }
        double[][] answers = IntStream.of(rejected)
                .mapToObj(i -> cases.get(i).answers()[model])
                .toArray(double[][]::new);
        return new Fit.Linear(answers)
                .of(IntStream.of(rejected).mapToDouble(i -> gains[i]).toArray());
    }
}
