package dev.weir.control.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shares, differences of shares and pairs, each beside published figures or every possible outcome. */
class ProportionTest {
    private static final double Z95 = 1.959963984540054;

    @ParameterizedTest
    @CsvSource({"90, 100, 0.826, 0.945", "0, 100, 0, 0.037", "0, 300, 0, 0.013", "100, 100, 0.963, 1"})
    void wilsonsIntervalIsThePublishedOne(long bad, long count, double lower, double upper) {
        Interval interval = new Proportion(bad, count).wilson(Z95);
        assertThat(interval.lower()).isCloseTo(lower, within(0.0006));
        assertThat(interval.upper()).isCloseTo(upper, within(0.0006));
    }

    /** Table II of Newcombe's paper, method 10. */
    @ParameterizedTest
    @CsvSource({
        "56, 70, 48, 80, 0.0524, 0.3339",
        "9, 10, 3, 10, 0.1705, 0.8090",
        "5, 56, 0, 29, -0.0381, 0.1926",
        "0, 10, 0, 20, -0.1611, 0.2775",
        "10, 10, 0, 10, 0.6075, 1.0000"
    })
    void newcombesIntervalIsThePublishedOne(long c, long nC, long b, long nB, double lower, double upper) {
        Interval interval = ProportionDifference.of(new ArmCounts(nC, c, nB, b)).newcombe(Z95);
        assertThat(interval.lower()).isCloseTo(lower, within(0.00006));
        assertThat(interval.upper()).isCloseTo(upper, within(0.00006));
    }

    @Test
    void pairedIntervalCoversTheTruthInAllOutcomesTogether() {
        // Every outcome of 60 pairs of which 8 % fail only with the candidate and 5 % only with the baseline.
        double covered = 0;
        double total = 0;
        for (int c = 0; c <= 60; c++) {
            for (int b = 0; b + c <= 60; b++) {
                double probability = multinomial(c, b, 60 - b - c, 0.08, 0.05, 0.87);
                total += probability;
                covered += new PairedDifference(c, b, 60).agrestiMin(Z95).contains(0.03) ? probability : 0;
            }
        }
        assertThat(total).isCloseTo(1, within(1e-9));
        assertThat(covered).isBetween(0.94, 0.99);
    }

    @Test
    void pairsWithoutDisagreementAreNoProofOfEquality() {
        assertThat(new PairedDifference(0, 0, 100).agrestiMin(Z95).upper()).isCloseTo(0.0192, within(0.0005));
    }

    @ParameterizedTest
    @CsvSource({"10, 2", "2, 10", "0, 7", "7, 0", "0, 0", "30, 28"})
    void mcNemarIsTheTailOfFairCoins(int onlyNew, int onlyOld) {
        int changed = onlyNew + onlyOld;
        BigInteger tail = BigInteger.ZERO;
        BigInteger choose = BigInteger.ONE;
        for (int k = 0; k <= changed; k++) {
            tail = k >= onlyNew ? tail.add(choose) : tail;
            choose = choose.multiply(BigInteger.valueOf(changed - k)).divide(BigInteger.valueOf(k + 1L));
        }
        double expected = new BigDecimal(tail)
                .divide(new BigDecimal(BigInteger.TWO.pow(changed)), MathContext.DECIMAL128)
                .doubleValue();
        assertThat(McNemar.oneSidedP(onlyNew, onlyOld)).isCloseTo(expected, within(1e-12));
    }

    private static double multinomial(int a, int b, int c, double pA, double pB, double pC) {
        double log = logFactorial(a + b + c) - logFactorial(a) - logFactorial(b) - logFactorial(c);
        return Math.exp(log + a * Math.log(pA) + b * Math.log(pB) + c * Math.log(pC));
    }

    private static double logFactorial(int n) {
        double sum = 0;
        for (int i = 2; i <= n; i++) {
            sum += Math.log(i);
        }
        return sum;
    }
}
