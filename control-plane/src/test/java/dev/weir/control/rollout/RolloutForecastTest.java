package dev.weir.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.Observation.JudgeReport;
import dev.weir.control.rollout.RolloutForecast.StageForecast;
import dev.weir.control.statistics.ArmCounts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is forecast, beside what the reducer does. */
class RolloutForecastTest {
    private static final int RUNS = 60;

    private static RolloutPlan plan(double share, Duration hold, long requestCountMin, double limit) {
        return new RolloutPlan(
                "r1",
                "notes",
                "v1",
                "v2",
                List.of(Stage.canary(share, hold, requestCountMin, 0), Stage.warm(Duration.ofHours(1))),
                List.of(Guard.guardrail(Metric.ERROR, new Harm.Rise(limit))),
                RolloutLimits.DEFAULT);
    }

    /** Of the minutes that a stage of ten may take, the looks are after 10, 20 and 40. */
    @ParameterizedTest
    @CsvSource({"50, 0.05, 1", "10, 0.05, 2", "5, 0.05, 3", "5, 0.5, 1"})
    void aHealthyCandidateEndsTheStageAtTheForecastLookNineTimesOutOfTen(
            double requestsPerSecond, double share, int lookCount) {
        RolloutPlan plan = plan(share, Duration.ofMinutes(10), 100, 0.03);
        StageForecast forecast =
                RolloutForecast.of(plan, requestsPerSecond).stages().getFirst();
        assertThat(forecast.lookCount()).isEqualTo(lookCount);
        double seconds = 600.0 * (1 << (lookCount - 1));
        assertThat(forecast.seconds()).isEqualTo(seconds);
        // A moment of bad luck holds the clock for a while.
        long inTime = IntStream.range(0, RUNS)
                .filter(seed -> secondsOfTheStage(plan, requestsPerSecond, seed) <= 1.25 * seconds)
                .count();
        assertThat(inTime / (double) RUNS).as("%s", forecast).isGreaterThan(0.8);
    }

    @Test
    void whereTheLastLookIsTooEarlyNoEndIsPromised() {
        RolloutPlan plan = plan(0.05, Duration.ofMinutes(10), 10, 0.02);
        RolloutForecast forecast = RolloutForecast.of(plan, 1);
        assertThat(forecast.totalSeconds()).isNull();
        assertThat(secondsOfTheStage(plan, 1, 3)).isInfinite();
        assertThat(RolloutForecast.of(plan, 0).totalSeconds()).isNull();
    }

    @Test
    void theLeastSamplesAreWaitedForAsLongAsAStageWaits() {
        RolloutPlan slow = plan(0.05, Duration.ofMinutes(10), 1_500, 0.03);
        assertThat(RolloutForecast.of(slow, 10).stages().getFirst().seconds()).isEqualTo(3_000.0);
        assertThat(RolloutForecast.of(slow, 5).stages().getFirst().seconds()).isNull();
    }

    @Test
    void whatAJudgeHasToScoreIsWhatRulesOutHarmAndNotOnlyTheLeast() {
        RolloutPlan standard = RolloutPlan.standard("r1", "notes", "v1", "v2");
        RolloutForecast forecast = RolloutForecast.of(standard, 50);
        StageForecast canary = forecast.stages().get(1);
        // By hand (1.96 + 1.28)^2 * p (1 - p) * (1 + 1/19) / limit^2, as 583 for hallucinations; the intervals are a
        // little wider.
        assertThat(canary.needs())
                .filteredOn(need -> need.metric() == Metric.ERROR
                        || need.metric() == Metric.END_TO_END
                        || need.metric() == Metric.HALLUCINATION)
                .extracting(RolloutForecast.GuardNeed::sampleCount)
                .containsExactly(524L, 202L, 747L);
        assertThat(canary.judgedPerSecondMin()).isEqualTo(2 * 900 / 7200.0);
        assertThat(forecast.totalSeconds())
                .isEqualTo((double) Duration.ofHours(32).plusMinutes(10).toSeconds());
    }

    private static double secondsOfTheStage(RolloutPlan plan, double requestsPerSecond, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Scene scene = Scene.started(plan);
        double seconds = 0;
        while (scene.state().stageIndex() == 0 && scene.state().phase() == Phase.RUNNING) {
            seconds += Scene.TICK.toSeconds();
            int requests = (int) (requestsPerSecond * Scene.TICK.toSeconds());
            long candidate = hits(random, requests, plan.stage(0).candidateShare());
            scene.tick(
                    Map.of(
                            Metric.ERROR,
                            new ArmCounts(
                                    candidate,
                                    hits(random, candidate, 0.01),
                                    requests - candidate,
                                    hits(random, requests - candidate, 0.01))),
                    JudgeReport.NOTHING_ASKED);
        }
        return scene.state().phase() == Phase.RUNNING ? seconds : Double.POSITIVE_INFINITY;
    }

    private static long hits(SplittableRandom random, long count, double share) {
        return random.doubles(count).filter(draw -> draw < share).count();
    }
}
