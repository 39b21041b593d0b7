package dev.weir.control.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultiplicityTest {

    @Test
    void discoversWhatStandsAboveTheStaircase() {
        // Ten e-values at 5 %: the first must reach 200, the first two 100, the first three 66.7.
        List<Double> logE = logs(1, 120, 0.5, 70, 2, 110, 3, 1, 1, 1);
        assertThat(Multiplicity.discoveries(logE, 0.05)).containsExactly(1, 5, 3);
    }

    @Test
    void discoversNothingWhereNothingStandsOut() {
        assertThat(Multiplicity.discoveries(logs(10, 5, 3), 0.05)).isEmpty();
        assertThat(Multiplicity.discoveries(List.of(), 0.05)).isEmpty();
    }

    @Test
    void holmMultipliesByWhatIsLeftAndNeverGoesDown() {
        assertThat(Multiplicity.holm(List.of(0.01, 0.04, 0.03, 0.005)))
                .usingComparatorForType(MultiplicityTest::nearly, Double.class)
                .containsExactly(0.03, 0.06, 0.06, 0.02);
        assertThat(Multiplicity.holm(List.of(0.6, 0.7))).containsExactly(1.0, 1.0);
    }

    private static int nearly(double a, double b) {
        return Math.abs(a - b) < 1e-12 ? 0 : Double.compare(a, b);
    }

    private static List<Double> logs(double... values) {
        return Arrays.stream(values).map(Math::log).boxed().toList();
    }
}
