package dev.weir.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class PairedRatioTest {
    @Test
    void roundsAreComparedWithinThemselves() {
        // The machine was twice as fast in the second round: no ratio shows it.
        PairedRatio ratio = new PairedRatio(new double[] {30, 60, 15}, new double[] {10, 20, 10});

        assertThat(ratio.medianOurs()).isEqualTo(30);
        assertThat(ratio.medianPeer()).isEqualTo(10);
        assertThat(ratio.median()).isEqualTo(3);
        assertThat(ratio.least()).isEqualTo(1.5);
        assertThat(ratio.most()).isEqualTo(3);
    }

    @Test
    void ofTwoRoundsTheMedianIsTheirMean() {
        assertThat(new PairedRatio(new double[] {1, 2}, new double[] {1, 1}).median())
                .isEqualTo(1.5);
    }

    @Test
    void roundsMustBePairs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PairedRatio(new double[] {1}, new double[] {1, 2}))
                .withMessage("rounds must be pairs: 1 and 2");
    }
}
