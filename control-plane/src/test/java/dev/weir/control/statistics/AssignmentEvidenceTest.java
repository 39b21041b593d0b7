package dev.weir.control.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AssignmentEvidenceTest {

    @Test
    void isWorthExactlyItsStakeWhereTheRatioIsKept() {
        // Every way that 20 units can fall, with its probability.
        double expectation = 0;
        double choose = 1;
        for (int candidate = 0; candidate <= 20; candidate++) {
            AssignmentEvidence evidence =
                    AssignmentEvidence.expecting(0.05, 0.95).after(candidate, 20 - candidate);
            expectation +=
                    choose * Math.pow(0.05, candidate) * Math.pow(0.95, 20 - candidate) * Math.exp(evidence.logE());
            choose = choose * (20 - candidate) / (candidate + 1);
        }
        assertThat(expectation).isCloseTo(1, within(1e-9));
    }

    @Test
    void doesNotCareInWhichPiecesItIsTold() {
        AssignmentEvidence atOnce = AssignmentEvidence.expecting(0.25, 0.75).after(30, 70);
        AssignmentEvidence inPieces = AssignmentEvidence.expecting(0.25, 0.75)
                .after(10, 40)
                .after(0, 0)
                .after(20, 30);
        assertThat(inPieces).isEqualTo(atOnce);
        assertThat(inPieces.logE()).isEqualTo(atOnce.logE());
    }

    @Test
    void noticesOneUnitInHundredThatGoesTheWrongWay() {
        SplittableRandom random = new SplittableRandom(9);
        AssignmentEvidence evidence = AssignmentEvidence.expecting(0.05, 0.95);
        int units = 0;
        while (!evidence.reaches(0.001) && units < 100_000) {
            boolean candidate = random.nextDouble() < 0.06;
            evidence = evidence.after(candidate ? 1 : 0, candidate ? 0 : 1);
            units++;
        }
        assertThat(units).isBetween(1_000, 20_000);
    }

    @Test
    void refusesSharesThatDoNotMakeOne() {
        assertThatThrownBy(() -> AssignmentEvidence.expecting(0.5, 0.4)).hasMessageContaining("[0.5, 0.4]");
        assertThatThrownBy(() -> AssignmentEvidence.expecting(1, 0)).hasMessageContaining("positive");
        assertThatThrownBy(() -> AssignmentEvidence.expecting(0.5, 0.5).after(1))
                .hasMessageContaining("2 counts");
    }
}
