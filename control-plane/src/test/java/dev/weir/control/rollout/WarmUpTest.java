package dev.weir.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.Decision.Reading;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.statistics.LabelEvidence;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An engine that has just begun is slow for a while, and a version is not the worse for it. */
class WarmUpTest {
    private static final long WARM_UP = RolloutLimits.DEFAULT.warmUpCount();
    private static final ArmCounts ALL_BAD = new ArmCounts(10, 10, 10, 0);
    private static final RolloutPlan PLAN = new RolloutPlan(
            "r1",
            "notes",
            "notes-v1",
            "notes-v2",
            List.of(
                    Stage.shadow(Duration.ofMinutes(10), 500),
                    Stage.canary(0.5, Duration.ofMinutes(10), 500, 300),
                    Stage.warm(Duration.ofMinutes(20))),
            RolloutPlan.standardGuards(),
            RolloutLimits.DEFAULT);

    private static Scene begun() {
        return Scene.started(PLAN);
    }

    /** Ten answers of the candidate, all of them bad by this metric, at a time. */
    private static void badAnswers(Scene scene, Metric metric, long count) {
        for (long i = 0; i < count / 10; i++) {
            Map<Metric, ArmCounts> counts = scene.healthy();
            counts.put(metric, ALL_BAD);
            scene.tick(counts);
        }
    }

    private static Reading reading(Scene scene, Metric metric) {
        return scene.last().readings().stream()
                .filter(reading -> reading.metric() == metric)
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(
            value = Metric.class,
            names = {"TIME_TO_FIRST_TOKEN", "TIME_PER_TOKEN", "END_TO_END"})
    void theFirstAnswersAreNoEvidenceOfALatencyAndTheNextAre(Metric metric) {
        Scene scene = begun();
        badAnswers(scene, metric, WARM_UP);
        assertThat(scene.state().phase()).isEqualTo(Phase.RUNNING);
        MetricState warm = scene.state().metrics().get(metric);
        assertThat(warm).isNotNull();
        assertThat(warm.evidence()).isEqualTo(LabelEvidence.none(PLAN.restartCountMax()));
        assertThat(warm.inStage()).isEqualTo(ArmCounts.NONE);
        badAnswers(scene, metric, WARM_UP);
        assertThat(scene.state().phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(scene.last().sentence()).startsWith("Rolled back from the shadow stage: " + metric.plural());
        assertThat(reading(scene, metric).warmUpCount()).isEqualTo(WARM_UP);
    }

    @ParameterizedTest
    @EnumSource(
            value = Metric.class,
            names = {"ERROR", "HALLUCINATION", "LOW_QUALITY"})
    void whatElseIsWrongWithThemCounts(Metric metric) {
        Scene scene = begun();
        badAnswers(scene, metric, WARM_UP);
        assertThat(scene.state().phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(reading(scene, metric).warmUpCount()).isZero();
    }

    @Test
    void whereUsersWaitForThemNothingIsLeftOut() {
        Scene scene = Scene.started(Scene.PLAN);
        badAnswers(scene, Metric.END_TO_END, WARM_UP);
        assertThat(scene.state().phase()).isEqualTo(Phase.ROLLED_BACK);
    }

    @Test
    void aStageWaitsForItsSamplesBesides() {
        Scene scene = begun();
        String sentence = RolloutReport.of(scene.state(), Scene.BEGIN).sentence();
        assertThat(sentence)
                .contains(
                        500 + WARM_UP + " more answers are needed for slow answers",
                        "500 more answers are needed for errors");
    }
}
