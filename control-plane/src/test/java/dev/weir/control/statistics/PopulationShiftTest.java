package dev.weir.control.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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

    private static long[] sample(SplittableRandom random, int count) {
        long[] bins = new long[10];
        for (int i = 0; i < count; i++) {
            bins[random.nextInt(10)]++;
        }
        return bins;
    }
}
