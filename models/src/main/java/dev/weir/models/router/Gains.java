package dev.weir.models.router;

import dev.weir.models.router.Cascade.Case;
import java.util.ArrayList;
import java.util.List;

/** What asking a model first gained over asking the dearest at once, foretold by the request: linear regression, for any worth of a right answer. */
final class Gains {
    private final Cascade cascade;
    private final Fit.Linear fit;

    Gains(Cascade cascade) {
        this.cascade = cascade;
        this.fit = new Fit.Linear(cascade.cases().stream().map(Case::vector).toArray(double[][]::new));
    }

    /**
     * The weights, one row for each model but the dearest.
     *
     * @param worth of a right answer, in answers of the dearest model
     * @param rightMin below which an answer is not taken
     */
    List<List<Double>> of(double worth, double rightMin) {
        List<Case> cases = cascade.cases();
        double unit = cascade.meanCostOfDearest();
        List<List<Double>> rows = new ArrayList<>();
        for (int m = 0; m < cases.getFirst().dearest(); m++) {
            double[] gains = new double[cases.size()];
            for (int i = 0; i < gains.length; i++) {
                gains[i] = gain(cases.get(i), m, worth, rightMin, unit);
            }
            rows.add(fit.of(gains));
        }
        return rows;
    }

    private static double gain(Case each, int model, double worth, double rightMin, double unit) {
        int top = each.dearest();
        double saved = (each.costs()[top] - each.cost(model, rightMin)) / unit;
        int more = (each.right()[each.sent(model, rightMin)] ? 1 : 0) - (each.right()[top] ? 1 : 0);
        return saved + worth * more;
    }
}
