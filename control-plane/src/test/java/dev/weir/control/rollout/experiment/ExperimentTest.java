package dev.weir.control.rollout.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.rollout.experiment.Verdict.Harmful;
import dev.weir.control.rollout.experiment.Verdict.NoDifference;
import dev.weir.control.rollout.experiment.Verdict.Running;
import dev.weir.control.rollout.experiment.Verdict.Winner;
import dev.weir.control.statistics.ClusteredMean;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExperimentTest {
    private static final Experiment EXPERIMENT =
            new Experiment(ExperimentPlan.standard("e1", "control", List.of("short", "long"), Duration.ofDays(14)));

    @Test
    void nobodyWinsBeforeAWeekAndAThousandUsersOnEachArm() {
        assertThat(EXPERIMENT.judge(Duration.ofDays(6), arms(5_000, 0.5, 0.9, 0.5)))
                .isEqualTo(new Running("6 of 14 days (7 at least), 5000 of 1000 users on the smallest arm"));
        assertThat(EXPERIMENT.judge(Duration.ofDays(20), arms(999, 0.5, 0.9, 0.5)))
                .isInstanceOf(Running.class);
    }

    @Test
    void aLargeDifferenceWinsBeforeTheHorizonAndASmallOneDoesNot() {
        assertThat(EXPERIMENT.judge(Duration.ofDays(8), arms(2_000, 0.5, 0.6, 0.5)))
                .isInstanceOfSatisfying(Winner.class, winner -> {
                    assertThat(winner.treatment()).isEqualTo("short");
                    assertThat(winner.atHorizon()).isFalse();
                    assertThat(winner.interval().lower()).isPositive();
                });
        // 4 points: z is 2.53, enough for one planned look among two (p 0.0114 twice) and not for a look on any day.
        assertThat(EXPERIMENT.judge(Duration.ofDays(8), arms(2_000, 0.5, 0.54, 0.5)))
                .isInstanceOf(Running.class);
        assertThat(EXPERIMENT.judge(Duration.ofDays(14), arms(2_000, 0.5, 0.54, 0.5)))
                .isInstanceOfSatisfying(
                        Winner.class, winner -> assertThat(winner.atHorizon()).isTrue());
    }

    @Test
    void harmStopsAnArmOnAnyDay() {
        assertThat(EXPERIMENT.judge(Duration.ofDays(1), arms(400, 0.5, 0.3, 0.5)))
                .isInstanceOfSatisfying(
                        Harmful.class,
                        harmful -> assertThat(harmful.treatment()).isEqualTo("short"));
        assertThat(EXPERIMENT.judge(Duration.ofDays(1), arms(50, 0.5, 0.1, 0.5)))
                .isInstanceOf(Running.class);
    }

    @Test
    void theHorizonEndsItEitherWay() {
        assertThat(EXPERIMENT.judge(Duration.ofDays(14), arms(2_000, 0.5, 0.51, 0.5)))
                .isEqualTo(new NoDifference());
    }

    @Test
    void plansThatWouldProveNothingAreRefused() {
        assertThatThrownBy(() -> ExperimentPlan.standard("e", "a", List.of("b"), Duration.ofDays(6)))
                .hasMessageContaining("at least 7 days");
        assertThatThrownBy(() -> ExperimentPlan.standard("e", "a", List.of("a"), Duration.ofDays(7)))
                .hasMessageContaining("named twice");
        assertThatThrownBy(
                        () -> new ExperimentPlan("e", "a", List.of("b"), Duration.ofDays(7), 1_000, 0.05, 0.01, 0.01))
                .hasMessageContaining("at most 0.05 together");
        assertThatThrownBy(() -> new ExperimentPlan("e", "a", List.of("b"), Duration.ofDays(7), 900, 0.04, 0.01, 0.01))
                .hasMessageContaining("at least 1000");
        assertThatThrownBy(() -> EXPERIMENT.judge(Duration.ofDays(7), Map.of())).hasMessageContaining("has no numbers");
    }

    private static Map<String, ClusteredMean> arms(int users, double control, double first, double second) {
        return Map.of("control", arm(users, control), "short", arm(users, first), "long", arm(users, second));
    }

    /** Users with one request each, of which this share succeeds. */
    private static ClusteredMean arm(int users, double share) {
        double successes = Math.round(users * share);
        return new ClusteredMean(users, users, successes, successes, successes, users);
    }
}
