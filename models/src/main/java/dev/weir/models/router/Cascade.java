package dev.weir.models.router;

import dev.weir.control.classification.LearnedCheck;
import dev.weir.control.classification.LearnedHead;
import dev.weir.models.router.RoutingReport.Line;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * First answers that are looked at, and the dearest model's where they will not do, both of which are paid for, on requests of which all is
 * known beforehand.
 */
public record Cascade(List<Case> cases) {
    /** {@code routing.confidence-min}, where nobody says another. */
    static final double CONFIDENCE_MIN = 0.7;

    static final int MIDDLE = 1;

    public Cascade {
        cases = List.copyOf(cases);
    }

    /**
     * A request.
     *
     * @param vector of it
     * @param rights that the head foretells, of each model
     * @param likely how likely each model's answer is right, by what looks at it; of the dearest nobody asks
     * @param right whether each model's answer is
     * @param costs of each model's answer
     */
    @SuppressWarnings("ArrayRecordComponent") // made here and seen by nobody else
    public record Case(double[] vector, double[] rights, double[] likely, boolean[] right, double[] costs) {
        int dearest() {
            return costs.length - 1;
        }

        /** The model that is asked first, as the control plane does it: of what it is not confident goes to the middle one. */
        int first(LearnedCheck check) {
            int first = check.first(vector);
            return LearnedHead.confidenceLookedAt(rights, first) < CONFIDENCE_MIN ? MIDDLE : first;
        }

        /** The model whose answer is sent, where this one is asked first. */
        int sent(int first, double rightMin) {
            return first < dearest() && likely[first] < rightMin ? dearest() : first;
        }

        /** What is paid for. */
        double cost(int first, double rightMin) {
            int sent = sent(first, rightMin);
            return costs[first] + (sent == first ? 0 : costs[sent]);
        }
    }

    /**
     * What it comes to.
     *
     * @param first the model that is asked first
     * @param rightMin below which its answer is not taken
     */
    public Line run(ToIntFunction<Case> first, double rightMin) {
        double right = 0;
        double cost = 0;
        for (Case each : cases) {
            int model = first.applyAsInt(each);
            cost += each.cost(model, rightMin);
            right += each.right()[each.sent(model, rightMin)] ? 1 : 0;
        }
        return new Line(right / cases.size(), cost / (cases.size() * meanCostOfDearest()));
    }

    /** As a check says who is asked first and what is taken. */
    public Line run(LearnedCheck check) {
        return run(each -> each.first(check), check.rightMin());
    }

    /** The same, looked at by one who knows: sure of what is right and of nothing else. */
    public Cascade knowing() {
        return new Cascade(cases.stream()
                .map(each -> new Case(
                        each.vector(),
                        each.rights(),
                        IntStream.range(0, each.right().length)
                                .mapToDouble(m -> each.right()[m] ? 1 : 0)
                                .toArray(),
                        each.right(),
                        each.costs()))
                .toList());
    }

    /** What always the dearest model gets right. */
    double accuracyOfDearest() {
        return run(Case::dearest, 0).accuracy();
    }

    double meanCostOfDearest() {
        return cases.stream()
                .mapToDouble(each -> each.costs()[each.dearest()])
                .average()
                .orElseThrow();
    }
}
