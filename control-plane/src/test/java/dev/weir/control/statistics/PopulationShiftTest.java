package dev.weir.control.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PopulationShiftTest {

    @Test
    void measuresWhatMoved() {
        PopulationShift shift = PopulationShift.between(new long[] {600_000, 400_000}, new long[] {500_000, 500_000});
        // (0.5-0.6) ln(0.5/0.6) + (0.5-0.4) ln(0.5/0.4), and the Jensen-Shannon distance of the same shares.
        assertThat(shift.index()).isCloseTo(0.0405465, within(1e-6));
        assertThat(shift.jensenShannon()).isCloseTo(0.0854, within(1e-3));
        assertThat(PopulationShift.between(new long[] {3, 5}, new long[] {3, 5}).index())
                .isZero();
    }

    @Test
    void knowsWhatChanceDoes() {
        // 4,000 pairs of samples from one distribution: 1 % above the bound, give or take 3 standard errors of 0.16 %.
        SplittableRandom random = new SplittableRandom(4);
        int above = 0;
        for (int run = 0; run < 4_000; run++) {
            PopulationShift shift = PopulationShift.between(sample(random, 1_000), sample(random, 500));
            above += shift.index() > shift.indexByChance(0.01) ? 1 : 0;
        }
        assertThat(above / 4_000.0).isBetween(0.0045, 0.0155);
    }

    @Test
    void refusesHistogramsOfOtherBins() {
        assertThatThrownBy(() -> PopulationShift.between(new long[2], new long[3]))
                .hasMessageContaining("2 and 3");
    }

    @Test
    void knowsWhatChanceDoesToTheDistance() {
        // The same bound, an eighth of it, rooted: chi-squared with 9 degrees of freedom exceeds 21.666 once in a
        // hundred.
        PopulationShift shift = PopulationShift.between(even(100), even(50));
        double index = 21.665994 * (1 / 1000.0 + 1 / 500.0);
        assertThat(shift.indexByChance(0.01)).isCloseTo(index, within(1e-7));
        assertThat(shift.jensenShannonByChance(0.01))
                .isCloseTo(Math.sqrt(index / (8 * 0.6931471805599453)), within(1e-7))
                .isCloseTo(0.1082660, within(1e-6));
        SplittableRandom random = new SplittableRandom(5);
        int above = 0;
        for (int run = 0; run < 4_000; run++) {
            PopulationShift sampled = PopulationShift.between(sample(random, 1_000), sample(random, 500));
            above += sampled.jensenShannon() > sampled.jensenShannonByChance(0.01) ? 1 : 0;
        }
        assertThat(above / 4_000.0).isBetween(0.0045, 0.0155);
    }

    private static long[] even(long count) {
        long[] bins = new long[10];
        Arrays.fill(bins, count);
        return bins;
    }

    private static long[] sample(SplittableRandom random, int count) {
        long[] bins = new long[10];
        for (int i = 0; i < count; i++) {
            bins[random.nextInt(10)]++;
        }
        return bins;
    }
}
