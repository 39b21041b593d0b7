package dev.weir.control.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Means whose variance is that of users, and what is taken out of it beforehand. */
class UserLevelTest {

    @Test
    void isThePlainVarianceOfTheMeanWhereEveryUserAsksOnce() {
        ClusteredMean mean = ClusteredMean.NONE;
        for (double value : new double[] {2, 4, 4, 4, 5, 5, 7, 9}) {
            mean = mean.plusUser(value, 1);
        }
        assertThat(mean.mean()).isEqualTo(5);
        assertThat(mean.variance()).isCloseTo(32.0 / 7 / 8, within(1e-12));
    }

    @Test
    void countsARepeatedUserOnce() {
        ClusteredMean once = ClusteredMean.NONE;
        ClusteredMean hundredTimes = ClusteredMean.NONE;
        for (double value : new double[] {0, 1, 1, 0, 1}) {
            once = once.plusUser(value, 1);
            hundredTimes = hundredTimes.plusUser(100 * value, 100);
        }
        assertThat(hundredTimes.variance()).isCloseTo(once.variance(), within(1e-12));
    }

    @Test
    void itsVarianceIsThatOfMeansOverManyRepetitions() {
        // 2,000 repetitions of 200 users with 1 to 20 requests, alike within a user: the mean estimate lies within 10 %
        // of what varies.
        Random random = new Random(21);
        double sum = 0;
        double squares = 0;
        double claimed = 0;
        for (int run = 0; run < 2_000; run++) {
            ClusteredMean mean = ClusteredMean.NONE;
            for (int user = 0; user < 200; user++) {
                int count = random.nextInt(1, 21);
                double rate = 0.2 + 0.6 * random.nextDouble();
                double hits = 0;
                for (int i = 0; i < count; i++) {
                    hits += random.nextDouble() < rate ? 1 : 0;
                }
                mean = mean.plusUser(hits, count);
            }
            sum += mean.mean();
            squares += mean.mean() * mean.mean();
            claimed += mean.variance();
        }
        double actual = squares / 2_000 - Math.pow(sum / 2_000, 2);
        assertThat(claimed / 2_000 / actual).isBetween(0.9, 1.1);
    }

    @Test
    void knowsNothingOfOneUser() {
        assertThat(ClusteredMean.NONE.plusUser(3, 4).variance()).isInfinite();
        assertThatThrownBy(() -> ClusteredMean.NONE.plusUser(3, 0)).hasMessageContaining("has requests");
    }

    @Test
    void takesOutWhatThePastExplains() {
        Random random = new Random(2);
        double[] past = new double[5_000];
        double[] outcome = new double[past.length];
        for (int i = 0; i < past.length; i++) {
            past[i] = random.nextGaussian();
            outcome[i] = 3 + 0.8 * past[i] + 0.6 * random.nextGaussian();
        }
        CovariateAdjustment adjustment = CovariateAdjustment.learned(past, outcome);
        assertThat(adjustment.theta()).isCloseTo(0.8, within(0.03));
        double[] adjusted = new double[past.length];
        for (int i = 0; i < past.length; i++) {
            adjusted[i] = adjustment.adjusted(outcome[i], past[i]);
        }
        assertThat(mean(adjusted)).isCloseTo(mean(outcome), within(1e-12));
        // Correlation 0.8: the variance falls to 1 - 0.64.
        assertThat(variance(adjusted) / variance(outcome)).isCloseTo(0.36, within(0.03));
    }

    @Test
    void leavesOutcomesAloneWhereThePastSaysNothing() {
        CovariateAdjustment adjustment = CovariateAdjustment.learned(new double[] {5, 5, 5}, new double[] {1, 2, 3});
        assertThat(adjustment.adjusted(2, 5)).isEqualTo(2);
        assertThatThrownBy(() -> CovariateAdjustment.learned(new double[2], new double[3]))
                .hasMessageContaining("2 covariates, 3 outcomes");
    }

    private static double mean(double[] values) {
        return java.util.Arrays.stream(values).average().orElseThrow();
    }

    private static double variance(double[] values) {
        double mean = mean(values);
        return java.util.Arrays.stream(values)
                        .map(value -> (value - mean) * (value - mean))
                        .sum()
                / values.length;
    }
}
