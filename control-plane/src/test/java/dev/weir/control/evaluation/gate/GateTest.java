package dev.weir.control.evaluation.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.control.evaluation.gate.GateReport.Change;
import dev.weir.control.evaluation.golden.CaseJson;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.golden.GoldenSet;
import dev.weir.control.evaluation.grading.Answer;
import dev.weir.control.evaluation.grading.Grade;
import dev.weir.control.evaluation.grading.Grade.Status;
import dev.weir.control.evaluation.grading.Preference;
import dev.weir.control.evaluation.grading.Preference.Winner;
import dev.weir.control.evaluation.run.Attempt;
import dev.weir.control.evaluation.run.CaseOutcome.Judged;
import dev.weir.control.evaluation.run.EvaluationRun;
import dev.weir.control.evaluation.run.RunResults;
import dev.weir.control.evaluation.run.RunSettings;
import dev.weir.control.statistics.PairedPermutation;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class GateTest {
    private static GoldenSet set(int count, String... extras) {
        List<GoldenCase> cases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String extra = i < extras.length ? extras[i] : "";
            cases.add(CaseJson.read(
                    "{\"id\":\"c%03d\",\"messages\":[{\"role\":\"user\",\"content\":\"<q>\"}],\"checks\":[{\"type\":\"equals\",\"value\":\"x\"}],\"tags\":{\"half\":\"%s\"}%s}"
                            .formatted(i, i % 2 == 0 ? "even" : "odd", extra)));
        }
        return GoldenSet.of(cases);
    }

    /** Fails the cases of these numbers. */
    private static RunResults run(GoldenSet set, String model, Set<Integer> failing) {
        List<Attempt> attempts = new ArrayList<>();
        for (int i = 0; i < set.cases().size(); i++) {
            boolean passed = !failing.contains(i);
            Grade grade = new Grade(
                    "equals", passed ? Status.PASSED : Status.FAILED, passed ? 1 : 0, 1, false, "expected: x");
            attempts.add(new Attempt(
                    set.cases().get(i).id(), 0, Answer.of(passed ? "x" : "y\u0001<"), null, List.of(grade)));
        }
        return new RunResults(new RunSettings(model, "set", set.hash(), model, 1, null, null, null, 0, 0), attempts);
    }

    private static Set<Integer> first(int count) {
        Set<Integer> numbers = new java.util.HashSet<>();
        for (int i = 0; i < count; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    private final Gate gate = new Gate(GateRules.STANDARD);

    @Test
    void aModelAsGoodAsTheOldOnePasses() {
        GoldenSet set = set(100);
        assertThat(gate.judge(set, run(set, "new", Set.of(3)), run(set, "old", Set.of(3)))
                        .failures())
                .isEmpty();
    }

    @Test
    void aModelThatFailsMoreIsWorseByTheExactTest() throws Exception {
        GoldenSet set = set(100);
        GateReport report = gate.judge(set, run(set, "new", first(10)), run(set, "old", Set.of(50, 52)));
        assertThat(report.isPassed()).isFalse();
        // Ten of twelve changed cases for the worse: P(Bin(12, 1/2) >= 10) = (66 + 12 + 1) / 4096.
        assertThat(report.total().pValue()).isCloseTo(79 / 4096.0, within(1e-12));
        assertThat(report.cases().getFirst().change()).isEqualTo(Change.REGRESSED);
        assertThat(report.metrics().getFirst().mean()).isCloseTo(0.9, within(1e-12));
        assertThat(HtmlReport.of(report))
                .contains("&lt;q&gt;")
                .contains("not passed")
                .doesNotContain("<q>");
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(JUnitXml.of(report))));
        assertThat(document.getElementsByTagName("failure").getLength())
                .isEqualTo(report.failures().size() + 10);
    }

    @Test
    void oneCaseThatMustPassIsEnough() {
        GoldenSet set = set(100, ",\"mustPass\":true", ",\"severity\":\"critical\"");
        assertThat(gate.judge(set, run(set, "new", Set.of(0)), run(set, "old", Set.of(0)))
                        .failures())
                .singleElement()
                .asString()
                .contains("c000 must pass");
        assertThat(gate.judge(set, run(set, "new", Set.of(1)), run(set, "old", Set.of(5)))
                        .failures())
                .singleElement()
                .asString()
                .contains("critical case c001");
    }

    @Test
    void aSliceBelowItsFloorStopsWhateverTheWholeSays() {
        GoldenSet set = set(100);
        GateRules floors = GateRules.STANDARD.withFloors(Map.of("half=even", 0.99, "half=both", 0.1));
        GateReport report = new Gate(floors).judge(set, run(set, "new", Set.of(0)), null);
        assertThat(report.failures())
                .anyMatch(failure -> failure.contains("of half=even 98.0 % passed, the floor is 99.0 %"))
                .anyMatch(failure -> failure.contains("'half=both', which is no slice"));
    }

    @Test
    void runsOverAnotherVersionAreNotCompared() {
        GoldenSet set = set(10);
        GoldenSet other = set(11);
        assertThatThrownBy(() -> gate.judge(set, run(set, "new", Set.of()), run(other, "old", Set.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("run it again over this one");
    }

    /** Good answers all, compared with those of another run; the judge passes those whose number it is given. */
    private static RunResults compared(GoldenSet set, String with, Winner... winners) {
        List<Attempt> attempts = new ArrayList<>();
        for (int i = 0; i < set.cases().size(); i++) {
            attempts.add(new Attempt(
                    set.cases().get(i).id(),
                    0,
                    Answer.of("x"),
                    null,
                    List.of(new Grade("equals", Status.PASSED, 1, 1, false, "")),
                    new Preference(winners[i % winners.length], "because")));
        }
        return new RunResults(new RunSettings("new", "set", set.hash(), "new", 1, "j@1", null, with, 0, 0), attempts);
    }

    private List<String> failures(GoldenSet set, Winner... winners) {
        return gate.judge(set, compared(set, "old", winners), run(set, "old", Set.of()))
                .failures();
    }

    @Test
    void whoseAnswersTheJudgePrefersLessIsStoppedByTheSignTest() {
        GoldenSet set = set(30);
        Winner same = Winner.SAME;
        assertThat(failures(set, Winner.CANDIDATE, Winner.BASELINE, Winner.TIE)).isEmpty();
        GateReport report = gate.judge(
                set,
                compared(set, "old", Winner.BASELINE, same, same, Winner.BASELINE, same),
                run(set, "old", Set.of()));
        // Twelve of twelve: one in 4,096.
        assertThat(report.preferences()).isNotNull();
        assertThat(report.preferences().pValue()).isCloseTo(1 / 4096.0, within(1e-12));
        assertThat(report.preferences().sameCount()).isEqualTo(18);
        assertThat(report.failures()).singleElement().asString().contains("prefers the baseline's answers: 12 to 0");
        assertThat(HtmlReport.of(report)).contains("Side by side", "baseline: because");
    }

    @Test
    void aJudgeWhomTheOrderSwaysOrWhoSaysNothingStopsToo() {
        GoldenSet set = set(30);
        assertThat(failures(set, Winner.INCONSISTENT, Winner.TIE, Winner.TIE, Winner.CANDIDATE, Winner.TIE))
                .singleElement()
                .asString()
                .contains("in 20.0 % of the pairs the order of the answers decided");
        assertThat(failures(set, Winner.UNSCORED, Winner.TIE, Winner.TIE))
                .singleElement()
                .asString()
                .contains("only 66.7 % of the pairs have a verdict");
    }

    @Test
    void pairsThatTheJudgesQuestionDoesNotApplyToAreCountedAndNeitherHeldAgainstItNorForIt() {
        GoldenSet set = set(120);
        Winner none = Winner.NOT_APPLICABLE;
        assertThat(failures(set, none, none, none, Winner.TIE)).isEmpty();
        GateReport report = gate.judge(
                set, compared(set, "old", none, none, Winner.CANDIDATE, Winner.UNSCORED), run(set, "old", Set.of()));
        assertThat(report.preferences()).isNotNull();
        assertThat(report.preferences().inapplicableCount()).isEqualTo(60);
        assertThat(report.preferences().pairCount()).isEqualTo(120);
        assertThat(report.failures()).singleElement().asString().contains("only 50.0 % of the pairs have a verdict");
        assertThat(HtmlReport.of(report)).contains("60 that its question does not apply to");
    }

    @Test
    void aJudgeWithNothingToSayOfMostPairsHasNotComparedThem() {
        Winner none = Winner.NOT_APPLICABLE;
        assertThat(failures(set(40), none))
                .singleElement()
                .asString()
                .contains("applies to only 0 of 40 pairs, and 30 and 5.0 % are needed: take another judge");
        assertThat(failures(set(58), none, Winner.CANDIDATE))
                .singleElement()
                .asString()
                .contains("applies to only 29 of 58 pairs");
        assertThat(failures(set(60), none, Winner.CANDIDATE)).isEmpty();
        Winner[] hardlyAny = new Winner[25];
        Arrays.fill(hardlyAny, none);
        hardlyAny[0] = Winner.TIE;
        assertThat(failures(set(1000), hardlyAny))
                .singleElement()
                .asString()
                .contains("applies to only 40 of 1000 pairs");
    }

    @Test
    void runsJudgedByOtherWeightsUnderTheSameNameAreNotCompared() {
        GoldenSet set = set(1);
        String before = "j@0123456789ab";
        RunResults baseline = judgedBy(set, before + "/one");
        assertThatThrownBy(() -> gate.judge(set, judgedBy(set, before + "/two"), baseline))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is j@0123456789ab/two, that of old was j@0123456789ab/one");
        assertThat(gate.judge(set, judgedBy(set, before + "/one"), baseline)
                        .candidate()
                        .judgeVersion())
                .isEqualTo(before + "/one");
        assertThat(gate.judge(set, judgedBy(set, before), baseline).candidate().judgeVersion())
                .as("of whose weights nobody said anything, as once of all")
                .isEqualTo(before);
    }

    private static RunResults judgedBy(GoldenSet set, String version) {
        return new RunResults(
                new RunSettings("old", "set", set.hash(), "old", 1, version, null, null, 0, 0),
                run(set, "old", Set.of()).attempts());
    }

    /** Good answers all, of which the judge says what it says. */
    private GateReport quality(int count, Status... said) {
        GoldenSet set = set(count);
        List<Attempt> attempts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Status one = said[i % said.length];
            Grade judged = new Grade(EvaluationRun.JUDGED_METRIC, one, one == Status.PASSED ? 1 : 0, 0, true, "so");
            Grade own = new Grade("equals", Status.PASSED, 1, 1, false, "");
            attempts.add(new Attempt(set.cases().get(i).id(), 0, Answer.of("x"), null, List.of(own, judged)));
        }
        RunSettings settings = new RunSettings("new", "set", set.hash(), "new", 1, "j@1", null, null, 0, 0);
        return gate.judge(set, new RunResults(settings, attempts), null);
    }

    @Test
    void casesThatTheJudgesQuestionDoesNotApplyToAreNeitherPassedNorMissing() {
        GateReport report = quality(80, Status.PASSED, Status.NOT_APPLICABLE, Status.FAILED, Status.NOT_APPLICABLE);
        assertThat(report.failures()).isEmpty();
        assertThat(report.total().coverage()).isEqualTo(1);
        assertThat(report.total().judged()).isEqualTo(new Judged(40, 0, 40));
        assertThat(report.metrics()).anySatisfy(metric -> {
            assertThat(metric.name()).isEqualTo(EvaluationRun.JUDGED_METRIC);
            assertThat(metric.caseCount()).isEqualTo(40);
            assertThat(metric.mean()).isEqualTo(0.5);
        });
        assertThat(report.cases())
                .anySatisfy(shown -> assertThat(shown.reasons()).containsExactly("judged-quality does not apply: so"));
        assertThat(HtmlReport.of(report))
                .contains(
                        "The judge has ruled on 40 answers; it gave no verdict on 0, and its question does not apply to 40.");
    }

    @Test
    void aJudgeThatDeclinesEverythingOrIsHardlyEverAskedPassesNothing() {
        assertThat(quality(40, Status.UNSCORED).failures())
                .anyMatch(failure -> failure.contains("the judge has ruled on only 0.0 % of the answers"));
        assertThat(quality(40, Status.NOT_APPLICABLE).failures())
                .singleElement()
                .asString()
                .contains("the judge's question applies to only 0 of 40 answers, and 30 and 5.0 % are needed");
        // What is missing is not hidden behind cases that need no judge.
        assertThat(quality(80, Status.UNSCORED, Status.PASSED, Status.PASSED, Status.PASSED, Status.NOT_APPLICABLE)
                        .failures())
                .anyMatch(failure -> failure.contains("the judge has ruled on only 75.0 % of the answers"));
    }

    @Test
    void comparisonsWithAnotherRunSayNothingOfThisOne() {
        GoldenSet set = set(10);
        assertThat(gate.judge(set, compared(set, "a third", Winner.BASELINE), run(set, "old", Set.of()))
                        .preferences())
                .isNull();
    }

    @Test
    void casesOfOtherSplitsAreShownAndDecideNothing() {
        GoldenSet set = set(
                20,
                ",\"split\":\"dev\"",
                ",\"split\":\"sanity\"",
                ",\"split\":\"quarantine\",\"mustPass\":true",
                ",\"split\":\"holdout\"");
        GateReport report = gate.judge(set, run(set, "new", first(3)), run(set, "old", Set.of()));
        assertThat(report.failures()).isEmpty();
        assertThat(report.total().caseCount()).isEqualTo(17);
        assertThat(report.cases()).hasSize(20);
        assertThat(new Gate(GateRules.STANDARD.withFloors(Map.of(GateRules.ALL, 1.0)))
                        .judge(set, run(set, "new", Set.of(3)), null)
                        .failures())
                .singleElement()
                .asString()
                .contains("of all 94.1 % passed");
    }

    /** Passes every case; a metric beside the checks is a little lower in the first few. */
    private static RunResults measured(GoldenSet set, boolean noisy, int lowerCount) {
        List<Attempt> attempts = new ArrayList<>();
        for (int i = 0; i < set.cases().size(); i++) {
            attempts.add(new Attempt(
                    set.cases().get(i).id(),
                    0,
                    Answer.of("x"),
                    null,
                    List.of(new Grade("likeness", Status.PASSED, i < lowerCount ? 0.8 : 0.9, 0, noisy, ""))));
        }
        return new RunResults(new RunSettings("m", "set", set.hash(), "m", 1, null, null, null, 0, 0), attempts);
    }

    @Test
    void everyMetricHasToBeAsHighUnlessItIsNoisyAndThereIsNoEvidence() {
        GoldenSet set = set(40);
        RunResults before = measured(set, false, 0);
        assertThat(gate.judge(set, measured(set, false, 1), before).failures())
                .singleElement()
                .asString()
                .contains("likeness is 0.8975, the baseline's is 0.9000");
        assertThat(gate.judge(set, measured(set, true, 3), before).failures()).isEmpty();
        // Five of five lower: one in 32 by the permutation of signs.
        assertThat(gate.judge(set, measured(set, true, 5), before).failures())
                .singleElement()
                .asString()
                .contains("likeness", "p = 0.03");
        GateRules tolerant = GateRules.STANDARD.withTolerance(0.01);
        assertThat(new Gate(tolerant)
                        .judge(set, measured(set, false, 1), before)
                        .failures())
                .isEmpty();
    }

    @Test
    void missingGradesStopWhateverTheOthersSay() {
        GoldenSet set = set(10);
        List<Attempt> attempts = new ArrayList<>(run(set, "new", Set.of()).attempts());
        Attempt first = attempts.getFirst();
        attempts.set(
                0,
                new Attempt(
                        first.caseId(),
                        0,
                        first.answer(),
                        null,
                        List.of(new Grade("equals", Status.UNSCORED, 0, 1, false, "the judge is away"))));
        RunResults partly = new RunResults(run(set, "new", Set.of()).settings(), attempts);
        assertThat(gate.judge(set, partly, run(set, "old", Set.of())).failures())
                .singleElement()
                .asString()
                .contains("only 90.0 % of the grades have a result");
    }

    /** The judge passes all but every fifth answer; people have labelled the first cases. */
    private static RunResults judged(GoldenSet set) {
        List<Attempt> attempts = new ArrayList<>();
        for (int i = 0; i < set.cases().size(); i++) {
            Status said = i % 5 == 0 ? Status.FAILED : Status.PASSED;
            attempts.add(new Attempt(
                    set.cases().get(i).id(),
                    0,
                    Answer.of("x"),
                    null,
                    List.of(
                            new Grade("equals", Status.PASSED, 1, 1, false, ""),
                            new Grade(EvaluationRun.JUDGED_METRIC, said, said == Status.PASSED ? 1 : 0, 0, true, ""))));
        }
        return new RunResults(new RunSettings("new", "set", set.hash(), "new", 1, "j@1", null, null, 0, 0), attempts);
    }

    @Test
    void howOftenARunIsRightIsTheJudgesWordPutRightByPeople() {
        GoldenSet set = set(100);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            // People say the same but of one answer that the judge passes.
            lines.append("{\"case\":\"c%03d\",\"correct\":%b}\n".formatted(i, i % 5 != 0 && i != 1));
        }
        GateReport report = gate.judge(set, judged(set), null, AnswerLabels.read(lines.toString()));
        var accuracy = report.accuracy();
        assertThat(accuracy).isNotNull();
        assertThat(accuracy.labelCount()).isEqualTo(20);
        assertThat(accuracy.judgedCount()).isEqualTo(80);
        assertThat(accuracy.judgedShare()).isEqualTo(0.8);
        // The judge says 80 % of both parts, so that nothing but the labels' own mean is left: 15 of 20.
        assertThat(accuracy.share()).isCloseTo(0.75, within(1e-12));
        assertThat(accuracy.low()).isLessThan(0.75);
        assertThat(accuracy.high()).isBetween(0.75, 1.0);
        assertThat(accuracy.kappa()).isCloseTo(1 - 0.05 / (1 - 0.8 * 0.75 - 0.2 * 0.25), within(1e-12));
        assertThat(accuracy.trueNegativeRate()).isEqualTo(0.8);
        assertThat(HtmlReport.of(report)).contains("75.0 % of the answers are right", "kappa is 0.857");
        assertThatThrownBy(() ->
                        gate.judge(set, judged(set), null, AnswerLabels.read("{\"case\":\"c\",\"correct\":true}")))
                .hasMessageContaining("'c', which is no case of the run");
        assertThatThrownBy(() -> AnswerLabels.read("{}")).hasMessageContaining("line 1 is no label");
    }

    @Test
    void permutationCountsEverySignWhereThereAreFew() {
        // All three fell: of eight ways to sign them only one is as low.
        assertThat(PairedPermutation.oneSidedP(new double[] {-0.1, -0.2, 0, -0.3}))
                .isCloseTo(1 / 8.0, within(1e-12));
        assertThat(PairedPermutation.oneSidedP(new double[] {})).isEqualTo(1);
        double[] many = new double[200];
        java.util.Arrays.setAll(many, i -> i % 2 == 0 ? 0.1 : -0.1);
        assertThat(PairedPermutation.oneSidedP(many)).isBetween(0.4, 0.7);
    }
}
