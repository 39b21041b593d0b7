package dev.weir.control.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.control.statistics.BetaArms.Arm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BetaArmsTest {

    /** With whole counts, P(A > B) is a finite sum: sum over i below alpha_A of B(alpha_B+i, beta_A+beta_B) / ((beta_A+i) B(1+i,beta_A) B(alpha_B,beta_B)). */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 0",
        "1, 0, 0, 1",
        "80, 20, 82, 18",
        "8, 2, 820, 180",
        "0, 5, 3, 2",
        "16000, 4000, 16200, 3800",
        "100, 0, 0, 0",
        "85, 15, 85000, 15000"
    })
    void agreesWithTheFiniteSumForTwoArms(int sA, int fA, int sB, int fB) {
        List<Double> best = BetaArms.probabilitiesOfBest(List.of(new Arm(sA, fA), new Arm(sB, fB)));
        assertThat(best.getFirst()).isCloseTo(exact(sA + 1, fA + 1, sB + 1, fB + 1), within(2e-5));
        assertThat(best.getFirst() + best.getLast()).isCloseTo(1, within(1e-12));
    }

    @Test
    void equalArmsAreEquallyOftenBest() {
        Arm arm = new Arm(40, 10);
        assertThat(BetaArms.probabilitiesOfBest(List.of(arm, arm, arm, arm)))
                .allSatisfy(probability -> assertThat(probability).isCloseTo(0.25, within(1e-9)));
    }

    @Test
    void theSameCountsGiveTheSameBits() {
        List<Arm> arms = List.of(new Arm(80.5, 19.5), new Arm(160, 41), new Arm(7, 3));
        assertThat(BetaArms.probabilitiesOfBest(arms)).isEqualTo(BetaArms.probabilitiesOfBest(arms));
    }

    @Test
    void refusesNegativeCounts() {
        assertThatThrownBy(() -> new Arm(-1, 2)).hasMessageContaining("not negative");
    }

    private static double exact(int alphaA, int betaA, int alphaB, int betaB) {
        double[] logFactorials = new double[alphaA + betaA + alphaB + betaB];
        for (int n = 2; n < logFactorials.length; n++) {
            logFactorials[n] = logFactorials[n - 1] + Math.log(n);
        }
        double sum = 0;
        for (int i = 0; i < alphaA; i++) {
            sum += Math.exp(logBeta(logFactorials, alphaB + i, betaA + betaB)
                    - Math.log(betaA + i)
                    - logBeta(logFactorials, 1 + i, betaA)
                    - logBeta(logFactorials, alphaB, betaB));
        }
        return sum;
    }

    private static double logBeta(double[] logFactorials, int a, int b) {
        return logFactorials[a - 1] + logFactorials[b - 1] - logFactorials[a + b - 1];
    }
}
