package dev.weir.control.cache;

import static dev.weir.control.cache.VerifiedThreshold.explore;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.cache.VerifiedThreshold.Evidence;
import dev.weir.control.cache.VerifiedThreshold.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifiedThresholdTest {
    private static final Evidence NOTHING_KNOWN = new Evidence();

    @Test
    void whereNothingIsKnownAlmostEverythingIsExplored() {
        assertThat(explore(NOTHING_KNOWN, List.of(), 0.9, 0.01)).isGreaterThan(0.95);
    }

    @Test
    void whatWasRightManyTimesIsExploredLessAndWhatWasWrongMore() {
        List<Observation> right = repeated(0.9, true, 40);
        List<Observation> mixed = new ArrayList<>(right);
        mixed.addAll(repeated(0.9, false, 4));
        double sure = explore(NOTHING_KNOWN, right, 0.95, 0.02);
        assertThat(sure).isLessThan(0.6);
        assertThat(explore(NOTHING_KNOWN, mixed, 0.95, 0.02)).isGreaterThan(sure);
        assertThat(explore(NOTHING_KNOWN, right, 0.6, 0.02)).as("less alike").isGreaterThan(sure);
        assertThat(explore(NOTHING_KNOWN, right, 0.95, 0.001))
                .as("a stricter bound")
                .isGreaterThan(sure);
    }

    @Test
    void anEntryMayDifferFromItsTenantsOthers() {
        Evidence ofTenant = new Evidence();
        repeated(0.9, true, 200).forEach(ofTenant::add);
        double ofOthers = explore(ofTenant, List.of(), 0.9, 0.02);
        assertThat(ofOthers).isLessThan(0.9);
        assertThat(explore(ofTenant, repeated(0.9, false, 5), 0.9, 0.02)).isGreaterThan(ofOthers);
    }

    /** Over entries whose truth is drawn from the model, the share of wrong answers of all answers stays below the bound. */
    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.02, 0.05})
    void theShareOfWrongAnswersIsWithinTheBound(double bound) {
        SplittableRandom random = new SplittableRandom(7);
        int asked = 0;
        int hits = 0;
        int wrong = 0;
        Evidence ofTenant = new Evidence();
        for (int entry = 0; entry < 40; entry++) {
            double threshold = 0.5 + 0.4 * random.nextDouble();
            List<Observation> seen = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                double similarity = 0.4 + 0.6 * random.nextDouble();
                boolean right = random.nextDouble() < 1 / (1 + Math.exp(-20 * (similarity - threshold)));
                asked++;
                if (random.nextDouble() < explore(ofTenant, seen, similarity, bound)) {
                    Observation observation = new Observation(similarity, right);
                    seen.add(observation);
                    ofTenant.add(observation);
                } else {
                    hits++;
                    wrong += right ? 0 : 1;
                }
            }
        }
        assertThat((double) wrong / asked).isLessThanOrEqualTo(bound);
        assertThat(hits).isGreaterThan(asked / 50);
    }

    private static List<Observation> repeated(double similarity, boolean right, int count) {
        List<Observation> observations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            observations.add(new Observation(similarity, right));
        }
        return observations;
    }
}
