package dev.weir.control.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightedKappaTest {
    private static List<int[]> pairs(int[][] table) {
        List<int[]> pairs = new ArrayList<>();
        for (int one = 0; one < table.length; one++) {
            for (int other = 0; other < table[one].length; other++) {
                for (int i = 0; i < table[one][other]; i++) {
                    pairs.add(new int[] {one + 1, other + 1});
                }
            }
        }
        return pairs;
    }

    @Test
    void itIsThatWorkedOutByHand() {
        // Rows 26, 25, 29, columns 25, 23, 32. Observed: 18 off by one, 2 off by two: 18 + 2 * 4 = 26.
        // By chance: (26 * 23 + 25 * 25 + 25 * 32 + 29 * 23 + 4 * (26 * 32 + 29 * 25)) / 80 = 8918 / 80.
        WeightedKappa kappa = WeightedKappa.of(pairs(new int[][] {{20, 5, 1}, {4, 15, 6}, {1, 3, 25}}));
        assertThat(kappa.value()).isCloseTo(1 - 26 / (8918 / 80.0), within(1e-12));
        assertThat(kappa.count()).isEqualTo(80);
    }

    @Test
    void onTwoStepsItIsCohensUnweighted() {
        // Both 20, 5 and 10 apart, 15: observed 0.7, by chance 0.5.
        assertThat(WeightedKappa.of(pairs(new int[][] {{20, 5}, {10, 15}})).value())
                .isCloseTo(0.4, within(1e-12));
    }

    @Test
    void fullAgreementIsOneAndOppositesAreBelowChance() {
        assertThat(WeightedKappa.of(pairs(new int[][] {{5, 0, 0}, {0, 7, 0}, {0, 0, 9}}))
                        .value())
                .isEqualTo(1);
        assertThat(WeightedKappa.of(pairs(new int[][] {{0, 0, 5}, {0, 0, 0}, {5, 0, 0}}))
                        .value())
                .isCloseTo(-1, within(1e-12));
    }

    @Test
    void ratersWhoAlwaysSayTheSameTellNothing() {
        assertThat(WeightedKappa.of(pairs(new int[][] {{9, 0}, {0, 0}})).value())
                .isZero();
        assertThat(WeightedKappa.of(List.of())).isEqualTo(new WeightedKappa(0, 0));
    }
}
