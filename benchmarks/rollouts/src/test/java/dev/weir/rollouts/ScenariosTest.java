package dev.weir.rollouts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.rollouts.report.HtmlReport;
import dev.weir.rollouts.report.TextReport;
import dev.weir.rollouts.scenario.Figure;
import dev.weir.rollouts.scenario.Result;
import dev.weir.rollouts.scenario.Scenario;
import dev.weir.rollouts.scenario.Study;
import dev.weir.rollouts.traffic.Draws;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.SplittableRandom;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.InputSource;
import picocli.CommandLine;

/** A few seeds of each scenario, and that what is reported is what came out. Bounds on rare events need the thousands of the command. */
class ScenariosTest {

    @ParameterizedTest
    @ValueSource(strings = {"B5", "B6", "B8", "B9", "B16", "B17"})
    void meetsItsTargetsInFortyRuns(String id) {
        Result result = scenario(id).play().apply(new Study(40, 2, 1));
        assertThat(result.figures()).filteredOn(figure -> !figure.met()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"B1", "B2", "B3", "B4", "B7", "B10", "B11", "B12", "B13", "B14", "B15", "B19"})
    void plays(String id) {
        assertThat(scenario(id).play().apply(new Study(2, 2, 1)).figures()).isNotEmpty();
    }

    @Test
    void threadsChangeNothing() {
        assertThat(scenario("B5").play().apply(new Study(33, 1, 7)))
                .isEqualTo(scenario("B5").play().apply(new Study(33, 3, 7)));
    }

    @ParameterizedTest
    @CsvSource({"250, 0.01", "12, 0.9", "5000, 0.4", "1, 0.5"})
    void drawsAreBinomial(long count, double probability) {
        SplittableRandom random = new SplittableRandom(3);
        int runs = 20_000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < runs; i++) {
            double draw = Draws.binomial(random, count, probability);
            assertThat(draw).isBetween(0.0, (double) count);
            sum += draw;
            squares += draw * draw;
        }
        double mean = count * probability;
        double variance = mean * (1 - probability);
        assertThat(sum / runs).isCloseTo(mean, within(4 * Math.sqrt(variance / runs)));
        assertThat(squares / runs - Math.pow(sum / runs, 2)).isCloseTo(variance, within(0.06 * variance + 1e-9));
    }

    @ParameterizedTest
    @CsvSource({"0.95, 18.05", "1.6333, 0.7", "3, 2"})
    void drawsAreBeta(double alpha, double beta) {
        SplittableRandom random = new SplittableRandom(3);
        int runs = 40_000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < runs; i++) {
            double draw = Draws.beta(random, alpha, beta);
            assertThat(draw).isBetween(0.0, 1.0);
            sum += draw;
            squares += draw * draw;
        }
        double mean = alpha / (alpha + beta);
        double variance = mean * (1 - mean) / (alpha + beta + 1);
        assertThat(sum / runs).isCloseTo(mean, within(4 * Math.sqrt(variance / runs)));
        assertThat(squares / runs - Math.pow(sum / runs, 2)).isCloseTo(variance, within(0.06 * variance));
    }

    @Test
    void theReportIsWellFormedAndNamesWhatWasMissed() throws Exception {
        Result result = new Result(
                "B99",
                "a <b> & c",
                List.of(Figure.shareAtMost("rolled back", 0.02, 0.01), Figure.seconds("median", 80)),
                List.of(new Result.Curve("late", List.of(10.0, 20.0, 700.0))));
        assertThat(TextReport.write(result)).contains("2.00 %", "target: at most 1.00 %, MISSED");
        assertThat(TextReport.summary(List.of(result), 5).strip())
                .isEqualTo("1 scenarios, 5 seeds: targets missed in B99");
        String html = HtmlReport.write(List.of(result), 5);
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(html.replace("<!DOCTYPE html>", ""))));
        assertThat(html)
                .contains("a &lt;b&gt; &amp; c", "<td class=\"missed\">missed</td>", "<path class=\"curve c0\"");
    }

    @Test
    void anUnknownScenarioIsRefusedByName() {
        StringWriter err = new StringWriter();
        CommandLine line = new CommandLine(new Main()).setErr(new PrintWriter(err));
        assertThat(line.execute("--only", "B5,B77")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("--only takes some of [B1, B2", "not [B5, B77]");
    }

    private static Scenario scenario(String id) {
        return Main.scenarios().stream()
                .filter(scenario -> scenario.id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
