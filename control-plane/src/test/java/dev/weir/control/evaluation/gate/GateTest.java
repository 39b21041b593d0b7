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
import dev.weir.control.evaluation.run.Attempt;
import dev.weir.control.evaluation.run.RunResults;
import dev.weir.control.evaluation.run.RunSettings;
import dev.weir.control.statistics.PairedPermutation;
import java.io.StringReader;
import java.util.ArrayList;
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
        return new RunResults(new RunSettings(model, "set", set.hash(), model, 1, null, null, 0, 0), attempts);
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
