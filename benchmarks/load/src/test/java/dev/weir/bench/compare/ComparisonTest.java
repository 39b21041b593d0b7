package dev.weir.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.weir.bench.compare.Bootstrap.Ratio;
import dev.weir.bench.compare.Bootstrap.Statistic;
import dev.weir.bench.report.JsonReport;
import dev.weir.bench.report.TestReports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ComparisonTest {
    @TempDir
    Path folder;

    private ResultFile result(String name, String json) throws IOException {
        return ResultFile.read(Files.writeString(folder.resolve(name), json));
    }

    private static double[] logNormal(SplittableRandom random, int count, double scale) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = scale * Math.exp(0.5 * random.nextGaussian());
        }
        return values;
    }

    @ParameterizedTest
    @EnumSource
    void nineteenOfTwentyIntervalsHoldTheTrueRatio(Statistic statistic) {
        SplittableRandom random = new SplittableRandom(5);
        int trials = 100;
        int held = 0;
        for (int i = 0; i < trials; i++) {
            Ratio ratio = new Bootstrap(i).ratio(logNormal(random, 200, 10), logNormal(random, 200, 13), statistic);
            held += ratio.low() <= 1.3 && ratio.high() >= 1.3 ? 1 : 0;
        }
        assertThat(held).isBetween(88, 100);
    }

    @Test
    void theSameSeedGivesTheSameInterval() {
        double[] base = logNormal(new SplittableRandom(1), 100, 1);
        double[] other = logNormal(new SplittableRandom(2), 100, 1);

        assertThat(new Bootstrap(4).ratio(base, other, Statistic.P95))
                .isEqualTo(new Bootstrap(4).ratio(base, other, Statistic.P95));
    }

    @Test
    void aSampleBesideItselfHasRatioOne() {
        double[] sample = logNormal(new SplittableRandom(1), 500, 1);
        Ratio ratio = new Bootstrap(4).ratio(sample, sample, Statistic.MEAN);

        assertThat(ratio.value()).isEqualTo(1);
        assertThat(ratio.low()).isCloseTo(0.93, within(0.05));
        assertThat(ratio.high()).isCloseTo(1.07, within(0.05));
        assertThat(ratio.differs()).isFalse();
    }

    @Test
    void figuresStandBesideEachOtherWithTheirRatio() throws IOException {
        JsonReport json = new JsonReport();
        String text = new Comparison(
                        result("a.json", json.write(TestReports.of(2))),
                        result("b.json", json.write(TestReports.of(3))),
                        1)
                .text();

        assertThat(text)
                .contains("loop open, rate 2.0, arrivals poisson")
                .containsPattern("requests/s +4\\.000 +2\\.667 +0\\.667")
                .containsPattern("ttft p50, ms +40\\.000 +60\\.000 +1\\.500 +\\d")
                .containsPattern("tpot mean, ms +10\\.000 +15\\.000 +1\\.500 +1\\.500 to 1\\.500 \\*")
                .contains("failed requests are left out: 1 in the first, 1 in the second");
    }

    @Test
    void aTimePerTokenOfZeroCountsAndThatOfAOneTokenAnswerDoesNot() throws IOException {
        String json = new JsonReport()
                .write(TestReports.of(2))
                .replaceFirst("\"tpot_ms\" : \\[ 5.0, 5.0, 5.0", "\"tpot_ms\" : [ 0.0, 0.0, 5.0")
                .replaceFirst("\"output_tokens\" : \\[ 3, 3", "\"output_tokens\" : [ 1, 3");

        assertThat(result("a.json", json).runs().getFirst().latency("tpot_ms")).containsExactly(0, 5, 5);
    }

    @Test
    void unlikeWorkIsRefusedByName() throws IOException {
        String json = new JsonReport().write(TestReports.of(2));
        ResultFile base = result("a.json", json);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Comparison(
                        base,
                        result("b.json", json.replace("\"prompt_tokens\" : \"20\"", "\"prompt_tokens\" : \"30\"")),
                        1))
                .withMessageContaining(
                        "the workload is not the same: prompt_tokens is 20 in the first and 30 in the second");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Comparison(base, result("b.json", json.replace("\"2.0\"", "\"4.0\"")), 1))
                .withMessageContaining("load of run 2 is not the same: rate is 2.0 in the first and 4.0 in the second");
    }

    @Test
    void whatIsNoResultIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> result("a.json", "{}"))
                .withMessageContaining("is no result of ./weir bench serve --json");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> result("a.json", "{"))
                .withMessageContaining("a.json is not JSON");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResultFile.read(folder.resolve("none.json")))
                .withMessageContaining("none.json");
    }
}
