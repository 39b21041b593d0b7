package dev.weir.models.router;

import dev.weir.control.classification.AnswerVector;
import dev.weir.control.classification.LearnedCheck;
import dev.weir.control.classification.LearnedHead;
import dev.weir.control.embedding.SentenceEncoder;
import dev.weir.models.evaluation.Outcomes;
import dev.weir.models.evaluation.Outcomes.Answer;
import dev.weir.models.evaluation.Outcomes.Row;
import dev.weir.models.router.Cascade.Case;
import dev.weir.models.router.RoutingReport.Line;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Learns to look at answers. Of each model but the dearest it fits to whether its answers were right what says so of an answer (logistic), to
 * what asking it first gained what says so of a request (linear), and to what asking it gained where the answer of the one before would not do what
 * says so of that answer (linear). A gain is what was saved, and what was got right more, at the worth of a right
 * answer; the less that is, the more answers are taken. Gains are of answers judged by what was fitted without the fifth of the outcomes that they are in. The worth is chosen as what
 * saves most within half of the loss of accuracy that is allowed, on outcomes of another split.
 */
public final class CheckTraining {
    private static final int FOLDS = 5;

    /** Of a right answer, in answers of the dearest model. */
    private static final double WORTH_MIN = 1.25;

    private static final double WORTH_MAX = 20;
    private static final double WORTH_STEP = 0.25;
    private static final double ROUNDING = 1e-9;

    /** What may be lost here of a loss that is asked for: over a thousand other cases chance alone moves a loss by half a point. */
    private static final double LOSS_SHARE = 0.5;

    private final SentenceEncoder encoder;
    private final List<String> models;
    private final double[] costs;
    private final List<List<Seen>> folds = new ArrayList<>();

    /** A case, its request, and what was foretold of it by a head that had not seen it. */
    @SuppressWarnings("ArrayRecordComponent") // made here and seen by nobody else
    private record Seen(Row row, double[] request, double[] rights) {}

    /**
     * Outcomes on which the worth of a right answer is chosen.
     *
     * @param outcomes of questions unlike those that the models were trained on, of which they are right more often than of others
     * @param head that was fitted without them
     */
    public record Aside(Outcomes outcomes, LearnedHead head) {}

    /** What of an answer is weighed. */
    @FunctionalInterface
    private interface Look {
        double[] at(Seen seen, int model);
    }

    /** What was fitted: of each model's answers how likely they are right. */
    private record Fitted(Look look, List<List<Double>> weights) {}

    /**
     * Training on these outcomes.
     *
     * @param models the cheapest first
     * @param costs of a token of each
     */
    public CheckTraining(SentenceEncoder encoder, Outcomes outcomes, List<String> models, double[] costs) {
        this.encoder = encoder;
        this.models = List.copyOf(models);
        this.costs = costs.clone();
        RouterTraining heads = new RouterTraining(encoder, models, costs);
        for (int fold = 0; fold < FOLDS; fold++) {
            List<Row> within = new ArrayList<>();
            List<Row> others = new ArrayList<>();
            for (int i = 0; i < outcomes.rows().size(); i++) {
                (i % FOLDS == fold ? within : others).add(outcomes.rows().get(i));
            }
            LearnedHead head = new LearnedHead(models, heads.fit(others), 0);
            folds.add(within.stream().map(row -> seen(row, head)).toList());
        }
    }

    /** A check for each loss of accuracy that may be allowed, by all that an answer tells. */
    public List<LearnedCheck> train(Aside aside, double... lossesMax) {
        return train(this::whole, aside, lossesMax);
    }

    /** The same, by one sign. */
    public LearnedCheck train(Sign sign, Aside aside, double lossMax) {
        return train(look(sign), aside, lossMax).getFirst();
    }

    /** Other outcomes, as a head and its check see them. */
    public Cascade judge(Outcomes outcomes, LearnedHead head, LearnedCheck check) {
        return judge(outcomes, head, check, this::whole);
    }

    /** Other outcomes, as a head and a check that goes by one sign see them. */
    public Cascade judge(Outcomes outcomes, LearnedHead head, LearnedCheck check, Sign sign) {
        return judge(outcomes, head, check, look(sign));
    }

    private Cascade judge(Outcomes outcomes, LearnedHead head, LearnedCheck check, Look look) {
        Fitted fitted = new Fitted(look, check.weights());
        return new Cascade(
                outcomes.rows().stream().map(row -> of(seen(row, head), fitted)).toList());
    }

    private List<LearnedCheck> train(Look look, Aside aside, double... lossesMax) {
        List<Cascade> unseen = new ArrayList<>();
        for (int f = 0; f < folds.size(); f++) {
            Fitted others = fit(look, seen(without(f, folds)));
            unseen.add(new Cascade(
                    folds.get(f).stream().map(seen -> of(seen, others)).toList()));
        }
        Cascade all = joined(unseen);
        Gains gains = new Gains(all);
        Fitted whole = fit(look, seen(folds));
        Cascade others = new Cascade(aside.outcomes().rows().stream()
                .map(row -> of(seen(row, aside.head()), whole))
                .toList());
        List<LearnedCheck> checks = new ArrayList<>();
        for (double lossMax : lossesMax) {
            checks.add(thatSavesMost(gains, all, whole.weights(), others, LOSS_SHARE * lossMax));
        }
        return checks;
    }

    /** Of what is learnt for each worth what saves most of others within a loss; for the largest worth, where none is within it. */
    private LearnedCheck thatSavesMost(
            Gains gains, Cascade all, List<List<Double>> weights, Cascade others, double lossMax) {
        LearnedCheck best = check(gains, all, weights, WORTH_MAX);
        double least = Double.POSITIVE_INFINITY;
        for (double worth = WORTH_MAX; worth >= WORTH_MIN; worth -= WORTH_STEP) {
            LearnedCheck check = check(gains, all, weights, worth);
            Line line = others.run(check);
            if (line.accuracy() >= others.accuracyOfDearest() - lossMax - ROUNDING && line.cost() < least) {
                best = check;
                least = line.cost();
            }
        }
        return best;
    }

    private LearnedCheck check(Gains gains, Cascade all, List<List<Double>> weights, double worth) {
        double rightMin = rightMin(all, worth);
        Gains.Learnt learnt = gains.of(worth, rightMin);
        return new LearnedCheck(answering(), weights, learnt.first(), learnt.onward(), rightMin);
    }

    /** An answer is taken where what it may lose, against what the dearest model gets right, is worth less than what it saves. */
    private static double rightMin(Cascade cascade, double worth) {
        return Math.max(0, cascade.accuracyOfDearest() - 1 / worth);
    }

    private Fitted fit(Look look, List<Seen> cases) {
        List<List<Double>> weights = new ArrayList<>();
        for (int m = 0; m < models.size() - 1; m++) {
            double[][] vectors = new double[cases.size()][];
            boolean[] right = new boolean[cases.size()];
            for (int i = 0; i < right.length; i++) {
                vectors[i] = look.at(cases.get(i), m);
                right[i] = answer(cases.get(i), m).right();
            }
            weights.add(Fit.logistic(vectors, right, Fit.RIDGE_OF_ANSWERS));
        }
        return new Fitted(look, weights);
    }

    private Case of(Seen seen, Fitted fitted) {
        double[][] answers = new double[models.size() - 1][];
        double[] likely = new double[models.size()];
        boolean[] right = new boolean[models.size()];
        double[] paid = new double[models.size()];
        for (int m = 0; m < right.length; m++) {
            Answer answer = answer(seen, m);
            if (m < answers.length) {
                answers[m] = fitted.look().at(seen, m);
                likely[m] = 1 / (1 + StrictMath.exp(-Fit.dot(fitted.weights().get(m), answers[m])));
            } else {
                likely[m] = 1;
            }
            right[m] = answer.right();
            paid[m] = costs[m] * (answer.inputTokens() + answer.outputTokens());
        }
        return new Case(seen.request(), seen.rights(), answers, likely, right, paid);
    }

    private double[] whole(Seen seen, int model) {
        return AnswerVector.of(
                RouterTraining.body(seen.row()),
                seen.request(),
                seen.rights(),
                model,
                answer(seen, model).scored());
    }

    private Look look(Sign sign) {
        return (seen, model) -> sign.vector(answer(seen, model));
    }

    private Seen seen(Row row, LearnedHead head) {
        double[] request = RouterTraining.vector(encoder, row);
        return new Seen(row, request, head.rights(request));
    }

    private static <T> List<T> without(int fold, List<T> folds) {
        return IntStream.range(0, folds.size())
                .filter(other -> other != fold)
                .mapToObj(folds::get)
                .toList();
    }

    private static List<Seen> seen(List<List<Seen>> folds) {
        return folds.stream().flatMap(Collection::stream).toList();
    }

    private static Cascade joined(List<Cascade> parts) {
        return new Cascade(parts.stream().flatMap(part -> part.cases().stream()).toList());
    }

    /** The models whose answers are looked at. */
    private List<String> answering() {
        return models.subList(0, models.size() - 1);
    }

    private Answer answer(Seen seen, int model) {
        return RouterTraining.answer(seen.row(), models.get(model));
    }
}
