package dev.weir.control.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QuantileEstimateTest {

    @Test
    void isTheValueThatSoManyStayBelow() {
        QuantileEstimate p95 = QuantileEstimate.of(
                IntStream.rangeClosed(1, 1_000).mapToDouble(i -> i).toArray(), 0.95);
        assertThat(p95.value()).isEqualTo(950);
        // Of the uniform distribution on 1..1000 the standard error is sqrt(0.95 * 0.05 * 1000) = 6.89 values.
        assertThat(p95.standardError()).isCloseTo(6.89, within(0.3));
        assertThat(p95.interval().lower()).isBetween(934.0, 938.0);
        assertThat(p95.interval().upper()).isBetween(962.0, 965.0);
    }

    @Test
    void coversTheTrueQuantileAndTheTrueRatioOfHeavyTails() {
        // Lognormal, sigma 1: 2,000 repetitions of 400 and 800 values. 3 standard errors of a coverage of 95 % are 1.5
        // points.
        Random random = new Random(8);
        double truth = Math.exp(1.6448536269514722);
        int covered = 0;
        int ratioCovered = 0;
        for (int run = 0; run < 2_000; run++) {
            QuantileEstimate candidate = QuantileEstimate.of(lognormal(random, 400, 1.5), 0.95);
            QuantileEstimate baseline = QuantileEstimate.of(lognormal(random, 800, 1), 0.95);
            covered += baseline.interval().contains(truth) ? 1 : 0;
            ratioCovered += candidate.ratioTo(baseline).contains(1.5) ? 1 : 0;
        }
        assertThat(covered / 2_000.0).isBetween(0.935, 0.975);
        assertThat(ratioCovered / 2_000.0).isBetween(0.925, 0.985);
    }

    @Test
    void refusesSamplesThatTheBracketWouldLeave() {
        assertThat(QuantileEstimate.countMin(0.95)).isEqualTo(74);
        assertThatThrownBy(() -> QuantileEstimate.of(new double[70], 0.95)).hasMessageContaining("needs 74 values: 70");
    }

    private static double[] lognormal(Random random, int count, double scale) {
        return IntStream.range(0, count)
                .mapToDouble(_ -> scale * Math.exp(random.nextGaussian()))
                .toArray();
    }
}
