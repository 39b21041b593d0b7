package dev.weir.models.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.control.classification.LearnedCheck;
import dev.weir.control.classification.LearnedHead;
import dev.weir.control.embedding.HashedEncoder;
import dev.weir.models.domain.Message;
import dev.weir.models.evaluation.Outcomes;
import dev.weir.models.evaluation.Outcomes.Answer;
import dev.weir.models.evaluation.Outcomes.Row;
import dev.weir.models.router.Cascade.Case;
import dev.weir.models.router.Cascade.Onward;
import dev.weir.models.router.CheckTraining.Aside;
import dev.weir.models.router.RoutingReport.Line;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Of two kinds of questions the cheap model gets one right and the dear one both; one token of its wrong answers tells. */
class CascadeTest {
    private final Cascade cascade = new Cascade(List.of(seen(0.9, true, 0.9), seen(0.2, false, 0.9)));

    private static Case seen(double likely, boolean right, double confidence) {
        return new Case(
                new double[] {1},
                new double[] {0.1, 0.1, confidence},
                new double[][] {{1}, {1}},
                new double[] {likely, 0.9, 1},
                new boolean[] {right, right, true},
                new double[] {1, 2, 4});
    }

    @Test
    void anAnswerThatWillNotDoIsPaidForTwice() {
        assertThat(cascade.run(_ -> 0, 0.5, Onward.DEAREST)).isEqualTo(new Line(1, (1 + 1 + 4) / 8.0));
        assertThat(cascade.run(_ -> 0, 0.1, Onward.DEAREST)).isEqualTo(new Line(0.5, 2 / 8.0));
        assertThat(cascade.run(_ -> 2, 0.5, Onward.DEAREST)).isEqualTo(new Line(1, 1));
    }

    @Test
    void theNextModelsAnswerIsLookedAtToo() {
        Cascade three = new Cascade(List.of(
                new Case(
                        new double[] {1},
                        new double[] {0.1, 0.1, 0.9},
                        new double[][] {{1}, {1}},
                        new double[] {0.2, 0.9, 1},
                        new boolean[] {false, true, true},
                        new double[] {1, 2, 4}),
                seen(0.2, false, 0.9)));
        assertThat(three.run(_ -> 0, 0.5, Onward.NEXT))
                .as("the second's middling answer looks better than it is")
                .isEqualTo(new Line(0.5, (1 + 2 + 1 + 2) / 8.0));
        assertThat(three.knowing().run(_ -> 0, 0.5, Onward.NEXT)).isEqualTo(new Line(1, (1 + 2 + 1 + 2 + 4) / 8.0));
    }

    @Test
    void theNextModelIsAskedWhereThatGained() {
        assertThat(onwardOf(true)).as("what it gained is 1/2 where it is right").isPositive();
        assertThat(onwardOf(false)).as("and 1/2 - 1 where it is not").isNegative();
    }

    /** Of two answers of the first model that will not do. */
    private static double onwardOf(boolean secondIsRight) {
        Case rejected = new Case(
                new double[] {1},
                new double[] {0.1, 0.1, 0.9},
                new double[][] {{1}, {1}},
                new double[] {0.2, 0.9, 1},
                new boolean[] {false, secondIsRight, true},
                new double[] {1, 2, 4});
        return new Gains(new Cascade(List.of(rejected, rejected)))
                .of(1, 0.5)
                .onward()
                .getFirst()
                .getFirst();
    }

    @Test
    void whoKnowsTakesWhatIsRight() {
        assertThat(cascade.run(_ -> 1, 0.5, Onward.DEAREST).accuracy()).isEqualTo(0.5);
        assertThat(cascade.knowing().run(_ -> 1, 0.5, Onward.DEAREST)).isEqualTo(new Line(1, (2 + 2 + 4) / 8.0));
    }

    @Test
    void whatIsAskedFirstIsWhatGainsMost() {
        List<List<Double>> gains = new Gains(cascade).of(1, 0.5).first();
        // With the ridge and two cases; what was gained is 3/4 and -1/4, and with the middle model 1/2 and 1/2 - 1.
        assertThat(gains.getFirst().getFirst()).isEqualTo(0.5 / 5, within(1e-9));
        assertThat(gains.getLast().getFirst()).isEqualTo(0, within(1e-9));
    }

    @Test
    void ofWhatNobodyIsConfidentTheMiddleModelIsAskedFirst() {
        LearnedCheck check = new LearnedCheck(
                List.of("cheap", "middling"),
                List.of(List.of(0.0), List.of(0.0)),
                List.of(List.of(1.0), List.of(0.0)),
                List.of(List.of(), List.of()),
                0.5);
        assertThat(seen(0.9, true, 0.9).first(check)).isZero();
        assertThat(seen(0.9, true, 0.6).first(check)).isEqualTo(1);
    }

    @Test
    void whatTellsAnswersApartIsLearntAndTheSameEveryTime() {
        HashedEncoder encoder =
                HashedEncoder.of(new float[][] {{1, 0}, {0, 1}, {1, 1}, {-1, 1}, {1, -1}, {2, 1}, {1, 2}});
        CheckTraining training = new CheckTraining(
                encoder, RoutingReportTest.outcomes(), RoutingReportTest.MODELS, RoutingReportTest.COSTS);
        LearnedHead head = new RouterTraining(encoder, RoutingReportTest.MODELS, RoutingReportTest.COSTS)
                .train(RoutingReportTest.outcomes());
        Aside aside = new Aside(RoutingReportTest.outcomes(), head);
        LearnedCheck check = training.train(aside, 0.01).getFirst();
        Line line = training.judge(RoutingReportTest.outcomes(), head, check).run(check);
        assertThat(line.accuracy()).isEqualTo(1);
        assertThat(line.cost()).isLessThan(0.7);
        assertThat(training.train(aside, 0.01)).containsExactly(check);
        LearnedCheck byOne = training.train(Sign.LOWEST, aside, 0.01);
        assertThat(training.judge(RoutingReportTest.outcomes(), head, byOne, Sign.LOWEST)
                        .run(byOne)
                        .accuracy())
                .isEqualTo(1);
        assertThat(training.judge(RoutingReportTest.outcomes(), head, byOne, Sign.LOWEST)
                        .run(_ -> 0, byOne.rightMin(), Onward.DEAREST)
                        .accuracy())
                .as("the lowest token tells even where nobody foresees it")
                .isEqualTo(1);
    }

    @Test
    void howMuchIsRiskedIsChosenWhereModelsAreRightAsRarelyAsElsewhere() {
        HashedEncoder encoder = HashedEncoder.of(new float[][] {{1, 0}, {0, 1}});
        Outcomes mostlyRight = outcomes(i -> i % 7 != 0);
        CheckTraining training =
                new CheckTraining(encoder, mostlyRight, RoutingReportTest.MODELS, RoutingReportTest.COSTS);
        LearnedHead head =
                new RouterTraining(encoder, RoutingReportTest.MODELS, RoutingReportTest.COSTS).train(mostlyRight);
        LearnedCheck careful =
                training.train(new Aside(outcomes(_ -> false), head), 0.01).getFirst();
        LearnedCheck bold =
                training.train(new Aside(outcomes(_ -> true), head), 0.01).getFirst();
        assertThat(careful.rightMin())
                .as("no worth is within the loss, so it is the largest")
                .isEqualTo(1 - 1 / 20.0, within(1e-9));
        assertThat(bold.rightMin()).isLessThan(0.9);
    }

    /** The same question again and again, of which the small models are right where they are said to be. */
    private static Outcomes outcomes(IntPredicate right) {
        return new Outcomes(IntStream.range(0, 200)
                .mapToObj(i -> new Row(
                        "case-" + i,
                        "type",
                        List.of(new Message(Message.USER, "Hello")),
                        Map.of(
                                "cheap", answer(right.test(i)),
                                "middling", answer(right.test(i)),
                                "dear", answer(true))))
                .toList());
    }

    private static Answer answer(boolean right) {
        return new Answer(right, "x", List.of(), 10, 10);
    }
}
