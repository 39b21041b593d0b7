package dev.weir.models.router;

import dev.weir.control.classification.LearnedCheck;
import dev.weir.control.classification.LearnedHead;
import dev.weir.models.router.RoutingReport.Line;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Answers that are looked at, and another model's where they will not do, all of which are paid for, on requests of which all is known
 * beforehand.
 */
public record Cascade(List<Case> cases) {
    /** {@code routing.confidence-min}, where nobody says another. */
    static final double CONFIDENCE_MIN = 0.7;

    static final int MIDDLE = 1;

    public Cascade {
        cases = List.copyOf(cases);
    }

    /** Which model is asked where an answer will not do, and it is not known who is right. */
    @FunctionalInterface
    public interface Onward {
        /** The dearest at once. */
        Onward DEAREST = (each, _) -> each.dearest();

        /** One after the other. */
        Onward NEXT = (_, model) -> model + 1;

        /** The place of the model that is asked after this one. */
        int after(Case each, int model);
    }

    /**
     * What a way came to.
     *
     * @param sent the model whose answer is
     * @param cost of all answers that were made
     */
    record Way(int sent, double cost) {}

    /**
     * A request.
     *
     * @param vector of it
     * @param rights that the head foretells, of each model
     * @param answers each model's, as what looks at it sees it; of the dearest nobody asks
     * @param likely how likely each model's answer is right, by what looks at it; of the dearest nobody asks
     * @param right whether each model's answer is
     * @param costs of each model's answer
     */
    @SuppressWarnings("ArrayRecordComponent") // made here and seen by nobody else
    public record Case(
            double[] vector, double[] rights, double[][] answers, double[] likely, boolean[] right, double[] costs) {
        int dearest() {
            return costs.length - 1;
        }

        /** The model that is asked first, as the control plane does it: of what it is not confident goes to the middle one. */
        int first(LearnedCheck check) {
            int first = check.first(vector);
            return LearnedHead.confidenceLookedAt(rights, first) < CONFIDENCE_MIN ? MIDDLE : first;
        }

        boolean isTaken(int model, double rightMin) {
            return model == dearest() || likely[model] >= rightMin;
        }

        /** What becomes of it where this model is asked first. */
        Way way(int first, double rightMin, Onward onward) {
            int model = first;
            double cost = costs[model];
            while (!isTaken(model, rightMin)) {
                model = onward.after(this, model);
                cost += costs[model];
            }
            return new Way(model, cost);
        }
    }

    /**
     * What it comes to.
     *
     * @param first the model that is asked first
     * @param rightMin below which an answer is not taken
     */
    public Line run(ToIntFunction<Case> first, double rightMin, Onward onward) {
        double right = 0;
        double cost = 0;
        for (Case each : cases) {
            Way way = each.way(first.applyAsInt(each), rightMin, onward);
            cost += way.cost();
            right += each.right()[way.sent()] ? 1 : 0;
        }
        return new Line(right / cases.size(), cost / (cases.size() * meanCostOfDearest()));
    }

    /** As a check says who is asked first, what is taken, and who is asked then. */
    public Line run(LearnedCheck check) {
        return run(check, (each, model) -> check.next(model, each.answers()[model]));
    }

    /** The same, where it does not say who is asked then. */
    public Line run(LearnedCheck check, Onward onward) {
        return run(each -> each.first(check), check.rightMin(), onward);
    }

    /** The same, looked at by one who knows: sure of what is right and of nothing else. */
    public Cascade knowing() {
        return new Cascade(cases.stream()
                .map(each -> new Case(
                        each.vector(),
                        each.rights(),
                        each.answers(),
                        IntStream.range(0, each.right().length)
                                .mapToDouble(m -> each.right()[m] ? 1 : 0)
                                .toArray(),
                        each.right(),
                        each.costs()))
                .toList());
    }

    /** What always the dearest model gets right. */
    double accuracyOfDearest() {
        return run(Case::dearest, 0, Onward.DEAREST).accuracy();
    }

    double meanCostOfDearest() {
        return cases.stream()
                .mapToDouble(each -> each.costs()[each.dearest()])
                .average()
                .orElseThrow();
    }
}
