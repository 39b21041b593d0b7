package dev.weir.control.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ConfidenceSequenceTest {

    @Test
    void isNarrowestWhereItWasAskedToBe() {
        ConfidenceSequence chosen = ConfidenceSequence.narrowestAt(1_000, 0.05);
        // -W(-alpha^2 / e) - 1 on the branch -1, for alpha 0.05, to three digits.
        assertThat(chosen.rho() * chosen.rho() * 1_000).isCloseTo(8.212, within(0.001));
        double best = chosen.radius(1_000, 1);
        for (double factor : new double[] {0.9, 0.99, 1.01, 1.1}) {
            assertThat(new ConfidenceSequence(0.05, chosen.rho() * factor).radius(1_000, 1))
                    .isGreaterThan(best);
        }
    }

    @Test
    void costsHalfAsMuchAgainAsAnIntervalForOneLook() {
        assertThat(ConfidenceSequence.narrowestAt(1_000, 0.05).radius(1_000, 1) / 1.96)
                .isCloseTo(1.55, within(0.01));
    }

    @Test
    void asksLessOfOneSideThanOfTwo() {
        ConfidenceSequence sequence = ConfidenceSequence.narrowestAt(500, 0.05);
        for (int count : new int[] {50, 500, 5_000}) {
            assertThat(sequence.oneSidedRadius(count, 1)).isLessThan(sequence.radius(count, 1));
        }
    }

    @Test
    void containsTheTrueMeanAtAllTimesTogether() {
        // 1,000 runs, looked at after each of 30 to 2,000 observations: more than 71 misses would be 3 standard errors
        // above 5 %.
        Random random = new Random(5);
        ConfidenceSequence sequence = ConfidenceSequence.narrowestAt(500, 0.05);
        int misses = 0;
        for (int run = 0; run < 1_000; run++) {
            double sum = 0;
            double squares = 0;
            boolean missed = false;
            for (int n = 1; n <= 2_000 && !missed; n++) {
                double value = random.nextGaussian();
                sum += value;
                squares += value * value;
                if (n >= 30) {
                    double mean = sum / n;
                    double standardError = Math.sqrt((squares / n - mean * mean) / n);
                    missed = !sequence.around(mean, n, standardError).contains(0);
                }
            }
            misses += missed ? 1 : 0;
        }
        assertThat(misses).isLessThanOrEqualTo(71);
    }

    @Test
    void refusesWhatIsNoProbability() {
        assertThatThrownBy(() -> new ConfidenceSequence(0, 1)).hasMessageContaining("alpha");
        assertThatThrownBy(() -> new ConfidenceSequence(0.05, Double.NaN)).hasMessageContaining("rho");
        assertThatThrownBy(() -> ConfidenceSequence.narrowestAt(0, 0.05)).hasMessageContaining("expectedCount");
    }
}
