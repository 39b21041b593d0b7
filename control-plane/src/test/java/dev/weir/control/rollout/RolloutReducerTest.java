package dev.weir.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Decision.Kind;
import dev.weir.control.rollout.Effect.Alert;
import dev.weir.control.rollout.Effect.Release;
import dev.weir.control.rollout.Effect.SetWeight;
import dev.weir.control.rollout.Effect.StartPostMortem;
import dev.weir.control.rollout.Hold.Reason;
import dev.weir.control.rollout.Observation.JudgeReport;
import dev.weir.control.rollout.RolloutEvent.Commanded;
import dev.weir.control.statistics.ArmCounts;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RolloutReducerTest {

    @Test
    void aHealthyCandidateClimbsToEverythingAndTheOldVersionGoesLast() {
        Scene scene = Scene.started(Scene.PLAN);
        scene.healthyTicks(60);
        assertThat(scene.state().stageIndex()).isEqualTo(1);
        scene.healthyTicks(60);
        assertThat(scene.state().candidateShare()).isEqualTo(1);
        assertThat(scene.effects).noneMatch(Release.class::isInstance);
        scene.healthyTicks(119);
        assertThat(scene.effects).noneMatch(Release.class::isInstance);
        scene.healthyTicks(1);
        assertThat(scene.state().phase()).isEqualTo(Phase.COMPLETED);
        assertThat(scene.effects.getLast()).isEqualTo(new Release("notes-v1"));
        assertThat(scene.weights()).containsExactly(0.05, 0.5, 1.0);
        assertThat(scene.decisions())
                .extracting(Decision::kind)
                .containsExactly(Kind.STARTED, Kind.PROMOTED, Kind.PROMOTED, Kind.COMPLETED);
        assertThat(scene.decisions()).extracting(Decision::number).containsExactly(1L, 2L, 3L, 4L);
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void harmThatIsLargeAndCertainRollsBackByItself(Metric metric) {
        Scene scene = Scene.started(Scene.PLAN);
        scene.healthyTicks(5);
        for (int i = 0; i < 30 && !scene.state().phase().isTerminal(); i++) {
            scene.tick(scene.bad(metric, 15));
        }
        assertThat(scene.state().phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(scene.state().candidateShare()).isZero();
        assertThat(scene.weights()).containsExactly(0.05, 0.0);
        assertThat(scene.effects).contains(new StartPostMortem("r1"));
        assertThat(scene.last().sentence()).startsWith("Rolled back from 5 %: " + metric.plural());
        assertThat(scene.last().readings()).anySatisfy(reading -> {
            assertThat(reading.metric()).isEqualTo(metric);
            assertThat(reading.log10E()).isGreaterThan(reading.log10Needed());
            assertThat(reading.measured()).isGreaterThanOrEqualTo(reading.limit());
        });
    }

    @Test
    void harmThatIsCertainButSmallHoldsAndDoesNotRollBack() {
        Scene scene = Scene.started(Scene.PLAN);
        for (int i = 0; i < 200; i++) {
            scene.tick(Map.of(
                    Metric.ERROR, new ArmCounts(1_000, 20, 1_000, 10),
                    Metric.TIME_TO_FIRST_TOKEN, new ArmCounts(1_000, 10, 1_000, 10),
                    Metric.TIME_PER_TOKEN, new ArmCounts(1_000, 10, 1_000, 10),
                    Metric.END_TO_END, new ArmCounts(1_000, 10, 1_000, 10),
                    Metric.HALLUCINATION, new ArmCounts(100, 1, 100, 1),
                    Metric.LOW_QUALITY, new ArmCounts(100, 1, 100, 1)));
        }
        assertThat(scene.state().phase()).isEqualTo(Phase.RUNNING);
        assertThat(scene.state().stageIndex()).isZero();
        assertThat(scene.state().holds()).containsExactly(Hold.of(Reason.EVIDENCE, Metric.ERROR));
    }

    @Test
    void harmThatIsLargeButMayBeChanceHolds() {
        Scene scene = Scene.started(Scene.PLAN);
        Map<Metric, ArmCounts> counts = scene.healthy();
        counts.put(Metric.HALLUCINATION, new ArmCounts(40, 3, 40, 1));
        scene.tick(counts);
        assertThat(scene.state().holds()).containsExactly(Hold.of(Reason.EFFECT, Metric.HALLUCINATION));
        assertThat(scene.state().heldFor()).isZero();
        assertThat(scene.last().sentence()).startsWith("Held at 5 %: hallucinations: ");
        assertThat(scene.effects.getLast()).isInstanceOf(Alert.class);
    }

    @Test
    void harmOfASignalPausesOnceAndAPersonMayLetItGoOn() {
        RolloutPlan plan = new RolloutPlan(
                "r1",
                "notes",
                "v1",
                "v2",
                Scene.PLAN.stages(),
                List.of(
                        Guard.guardrail(Metric.ERROR, new Harm.Rise(0.02)),
                        Guard.signal(Metric.LOW_QUALITY, new Harm.QualityDrop(0.05))),
                RolloutLimits.DEFAULT);
        Scene scene = Scene.started(plan);
        for (int i = 0; i < 20; i++) {
            scene.tick(scene.bad(Metric.LOW_QUALITY, 20));
        }
        assertThat(scene.state().phase()).isEqualTo(Phase.PAUSED);
        scene.command(Verb.RESUME);
        for (int i = 0; i < 61; i++) {
            scene.tick(scene.bad(Metric.LOW_QUALITY, 20));
        }
        // Once in each stage.
        assertThat(scene.decisions())
                .filteredOn(decision -> decision.kind() == Kind.PAUSED)
                .hasSize(2);
        assertThat(scene.state().stageIndex()).isEqualTo(1);
        assertThat(scene.weights()).doesNotContain(0.0);
    }

    @Test
    void nothingIsPromotedWithoutNumbers() {
        Scene scene = Scene.started(Scene.PLAN);
        scene.healthyTicks(59);
        for (int i = 0; i < 500; i++) {
            scene.silence();
        }
        assertThat(scene.state().stageIndex()).isZero();
        assertThat(scene.state().holds()).containsExactly(Hold.of(Reason.DATA_MISSING));
        scene.healthyTicks(1);
        assertThat(scene.state().stageIndex()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void nothingIsPromotedWithoutEachMetric(Metric metric) {
        Scene scene = Scene.started(Scene.PLAN);
        for (int i = 0; i < 200; i++) {
            Map<Metric, ArmCounts> counts = scene.healthy();
            counts.remove(metric);
            scene.tick(counts);
        }
        assertThat(scene.state().stageIndex()).isZero();
        assertThat(scene.state().holds()).containsExactly(Hold.of(Reason.METRIC_MISSING, metric));
    }

    @Test
    void nothingIsPromotedWithoutTrafficOnBothArms() {
        Scene scene = Scene.started(Scene.PLAN);
        for (int i = 0; i < 200; i++) {
            Map<Metric, ArmCounts> counts = scene.healthy();
            counts.replaceAll((_, before) -> new ArmCounts(0, 0, before.baselineCount(), before.baselineBadCount()));
            scene.tick(counts);
        }
        assertThat(scene.state().stageIndex()).isZero();
        assertThat(scene.state().holds()).containsExactly(Hold.of(Reason.NO_TRAFFIC));
    }

    @ParameterizedTest
    @CsvSource({
        "false, 10, 10, 10, 10, JUDGE_UNAVAILABLE",
        "true, 10, 9, 10, 9, JUDGE_COVERAGE",
        "true, 100, 100, 100, 97, JUDGE_COVERAGE"
    })
    void nothingIsPromotedWhileTheJudgeIsNotToBeTrusted(
            boolean available, long askedC, long scoredC, long askedB, long scoredB, Reason reason) {
        Scene scene = Scene.started(Scene.PLAN);
        for (int i = 0; i < 200; i++) {
            scene.tick(scene.healthy(), new JudgeReport(available, askedC, scoredC, askedB, scoredB));
        }
        assertThat(scene.state().stageIndex()).isZero();
        assertThat(scene.state().holds()).containsExactly(Hold.of(reason));
    }

    @Test
    void nothingIsPromotedWhileConversationsFallOnTheWrongArm() {
        Scene scene = Scene.started(Scene.PLAN);
        for (int i = 0; i < 200; i++) {
            scene.silence();
            scene.send(new RolloutEvent.Observed(
                    Scene.BEGIN, new Observation(i, Scene.TICK, scene.healthy(), 12, 88, JudgeReport.NOTHING_ASKED)));
        }
        assertThat(scene.state().stageIndex()).isZero();
        assertThat(scene.state().holds()).containsExactly(Hold.of(Reason.ASSIGNMENT));
    }

    @Test
    void nothingIsPromotedBeforeTheMinimumOfSamples() {
        Scene scene = Scene.started(Scene.PLAN);
        Map<Metric, ArmCounts> few = scene.healthy();
        few.put(Metric.HALLUCINATION, new ArmCounts(2, 0, 2, 0));
        for (int i = 0; i < 149; i++) {
            scene.tick(few);
        }
        assertThat(scene.state().stageIndex()).isZero();
        assertThat(scene.state().holds()).isEmpty();
        scene.tick(few);
        assertThat(scene.state().stageIndex()).isEqualTo(1);
    }

    @Test
    void whatCannotBeProvenIsExtendedTwiceAndThenLeftToAPerson() {
        Scene scene = Scene.started(Scene.PLAN);
        // As many hallucinations on both arms, but so many that a look cannot rule out 3 points more.
        Map<Metric, ArmCounts> noisy = scene.healthy();
        noisy.put(Metric.HALLUCINATION, new ArmCounts(8, 4, 8, 4));
        for (int i = 0; i < 240; i++) {
            scene.tick(noisy);
        }
        assertThat(scene.state().phase()).isEqualTo(Phase.INCONCLUSIVE);
        assertThat(scene.decisions())
                .extracting(Decision::kind)
                .containsExactly(Kind.STARTED, Kind.EXTENDED, Kind.EXTENDED, Kind.INCONCLUSIVE);
        scene.command(Verb.RESUME);
        assertThat(scene.last().sentence()).contains("Refused RESUME: its looks are spent");
        scene.command(Verb.EXTEND);
        assertThat(scene.state().phase()).isEqualTo(Phase.RUNNING);
        scene.command(Verb.PROMOTE_ONE);
        assertThat(scene.state().stageIndex()).isEqualTo(1);
    }

    @Test
    void extendingNeverShortensAStage() {
        Scene scene = Scene.started(Scene.PLAN);
        scene.command(Verb.PROMOTE_FULL);
        scene.command(Verb.EXTEND);
        scene.healthyTicks(179);
        assertThat(scene.state().phase()).isEqualTo(Phase.RUNNING);
        scene.healthyTicks(1);
        assertThat(scene.state().phase()).isEqualTo(Phase.COMPLETED);
    }

    @Test
    void guardrailsAreWatchedWhileItIsPausedOrInconclusive() {
        Scene scene = Scene.started(Scene.PLAN);
        scene.command(Verb.PAUSE);
        scene.healthyTicks(200);
        assertThat(scene.state().stageIndex()).isZero();
        for (int i = 0; i < 10; i++) {
            scene.tick(scene.bad(Metric.ERROR, 50));
        }
        assertThat(scene.state().phase()).isEqualTo(Phase.ROLLED_BACK);
    }

    @Test
    void aRollbackWaitsForABaselineThatIsAlive() {
        Scene scene = Scene.started(Scene.PLAN);
        scene.probed(false, true);
        for (int i = 0; i < 10; i++) {
            scene.send(new RolloutEvent.Observed(
                    Scene.BEGIN, scene.observation(scene.bad(Metric.ERROR, 60), JudgeReport.NOTHING_ASKED)));
        }
        assertThat(scene.weights()).containsExactly(0.05);
        assertThat(scene.decisions())
                .filteredOn(decision -> decision.kind() == Kind.ROLLBACK_BLOCKED)
                .hasSize(1);
        scene.probed(true, true);
        assertThat(scene.state().phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(scene.weights()).containsExactly(0.05, 0.0);
    }

    @Test
    void anOldReportProvesNothing() {
        Scene scene = Scene.started(Scene.PLAN);
        for (int i = 0; i < RolloutLimits.DEFAULT.missingTickCount(); i++) {
            scene.send(new RolloutEvent.TimePassed(Scene.BEGIN));
        }
        assertThat(scene.state().holds())
                .contains(Hold.of(Reason.BASELINE_NOT_HEALTHY), Hold.of(Reason.CANDIDATE_NOT_HEALTHY));
    }

    @Test
    void aRollbackIsForEver() {
        Scene scene = Scene.started(Scene.PLAN);
        scene.command(Verb.ROLL_BACK);
        RolloutState rolledBack = scene.state();
        scene.healthyTicks(500);
        assertThat(scene.state()).isEqualTo(rolledBack);
        for (Verb verb : Verb.values()) {
            scene.command(verb);
            assertThat(scene.last().sentence()).contains("Refused " + verb + ": the rollout has ended");
        }
        assertThat(scene.weights()).containsExactly(0.05, 0.0);
        assertThat(scene.effects.stream().filter(SetWeight.class::isInstance))
                .last()
                .isEqualTo(new SetWeight("notes", 2, 0));
    }

    @Test
    void everythingCanBeRolledBackWhileTheOldVersionIsWarm() {
        Scene scene = Scene.started(Scene.PLAN);
        scene.command(Verb.PROMOTE_FULL);
        assertThat(scene.state().candidateShare()).isEqualTo(1);
        scene.healthyTicks(100);
        scene.command(Verb.ROLL_BACK);
        assertThat(scene.weights()).containsExactly(0.05, 1.0, 0.0);
        assertThat(scene.effects).noneMatch(Release.class::isInstance);
    }

    @Test
    void aCommandThatArrivesTwiceIsOne() {
        Scene scene = Scene.started(Scene.PLAN);
        Commanded promote =
                new Commanded(Scene.BEGIN, new Command("once", Verb.PROMOTE_ONE, "ada", "the board is waiting"));
        scene.send(promote);
        scene.send(promote);
        assertThat(scene.state().stageIndex()).isEqualTo(1);
        assertThat(scene.last().actor()).isEqualTo("ada");
        assertThat(scene.last().sentence()).isEqualTo("Promoted from 5 % to 50 % by hand: the board is waiting");
    }

    @Test
    void nothingStartsWithoutBothVersionsAlive() {
        Scene scene = new Scene(Scene.PLAN);
        scene.probed(true, false);
        scene.command(Verb.START);
        assertThat(scene.last().sentence())
                .isEqualTo("Refused START: both versions must be proven healthy first, and notes-v2 is not.");
        scene.command(Verb.PAUSE);
        assertThat(scene.last().sentence()).contains("the rollout has not begun");
        assertThat(scene.weights()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"3600", "-3600", "864000"})
    void aClockThatJumpsDecidesNothing(long seconds) {
        Scene still = Scene.started(Scene.PLAN);
        still.healthyTicks(119);
        Scene jumping = Scene.started(Scene.PLAN);
        jumping.healthyTicks(30);
        jumping.jump(Duration.ofSeconds(seconds));
        jumping.healthyTicks(89);
        assertThat(jumping.state()).isEqualTo(still.state());
        assertThat(jumping.weights()).isEqualTo(still.weights());
    }

    @Test
    void pairsInTheShadowAreJudgedBeforeAnybodySeesTheCandidate() {
        RolloutPlan plan = RolloutPlan.standard("r1", "notes", "v1", "v2");
        Scene scene = Scene.started(plan);
        assertThat(scene.weights()).containsExactly(0.0);
        for (int i = 0; i < 60; i++) {
            scene.tick(pairs(5, 5, 4));
        }
        assertThat(scene.state().stageIndex()).isEqualTo(1);

        Scene worse = Scene.started(plan);
        for (int i = 0; i < 60 && !worse.state().phase().isTerminal(); i++) {
            worse.tick(pairs(15, 5, 4));
        }
        assertThat(worse.last().sentence()).startsWith("Rolled back from the shadow stage: errors");
        assertThat(worse.weights()).containsExactly(0.0, 0.0);
    }

    @Test
    void aShadowThatWantsNoJudgedPairsEndsWithoutAJudge() {
        RolloutPlan plan = new RolloutPlan(
                "r1",
                "notes",
                "v1",
                "v2",
                List.of(
                        new Stage(Stage.Kind.SHADOW, 0, Duration.ofMinutes(5), 500, 0),
                        Stage.canary(0.5, Duration.ofMinutes(5), 500, 300),
                        Stage.warm(Duration.ofMinutes(5))),
                RolloutPlan.standardGuards(),
                RolloutLimits.DEFAULT);
        Scene scene = Scene.started(plan);
        Map<Metric, ArmCounts> unjudged = new EnumMap<>(pairs(5, 5, 4));
        unjudged.keySet().removeIf(Metric::isJudged);
        for (int i = 0; i < 40; i++) {
            scene.tick(unjudged, new JudgeReport(false, 0, 0, 0, 0));
        }
        assertThat(scene.state().stageIndex()).isEqualTo(1);
        assertThat(scene.state().holds()).extracting(Hold::reason).contains(Reason.JUDGE_UNAVAILABLE);
    }

    private static Map<Metric, ArmCounts> pairs(long candidateErrors, long baselineErrors, long both) {
        ArmCounts calm = new ArmCounts(100, 1, 100, 1, 1);
        return Map.of(
                Metric.ERROR, new ArmCounts(100, candidateErrors, 100, baselineErrors, both),
                Metric.TIME_TO_FIRST_TOKEN, calm,
                Metric.TIME_PER_TOKEN, calm,
                Metric.END_TO_END, calm,
                Metric.HALLUCINATION, calm,
                Metric.LOW_QUALITY, calm);
    }
}
