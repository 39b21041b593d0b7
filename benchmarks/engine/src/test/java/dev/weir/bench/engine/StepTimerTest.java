package dev.weir.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weir.bench.engine.StepTimer.Times;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepTimerTest {
    private final ScriptedExecutor executor = new ScriptedExecutor();
    private final StepTimer timer =
            new StepTimer(executor::with, 1_000, 1_024, 128, executor::nanos, Duration.ofMillis(100));

    @Test
    void decodeGivesEachSequenceOneTokenAtTheDepthThatWasAsked() {
        Times times = timer.decode(4, 300);

        assertThat(times.seconds()).isEqualTo(0.004);
        assertThat(times.planMicros()).isZero(); // planning does not move this clock
        assertThat(times.repeats()).isEqualTo(25);
        assertThat(executor.steps()).allSatisfy(step -> {
            assertThat(step.sequences()).isEqualTo(4);
            assertThat(step.tokens()).isEqualTo(4);
            assertThat(step.samples()).isEqualTo(4);
            assertThat(step.shortestContext()).isBetween(300, 328).isEqualTo(step.longestContext());
        });
        assertThat(executor.closedCount()).isEqualTo(1);
    }

    @Test
    void aSlowStepIsRepeatedAFewTimesAllTheSame() {
        assertThat(new StepTimer(executor::with, 1_000, 1_024, 128, executor::nanos, Duration.ofNanos(1))
                        .decode(1, 16)
                        .repeats())
                .isEqualTo(5);
    }

    @Test
    void prefillComputesThePromptInStepsAndSamplesOnce() {
        Times times = timer.prefill(300);

        assertThat(times.seconds()).isEqualTo(0.3);
        assertThat(times.repeats()).isEqualTo(5);
        // 128 + 128 + 44 tokens, once to warm up and five times to measure.
        assertThat(executor.steps()).hasSize(18);
        assertThat(executor.steps().subList(0, 3))
                .containsExactly(
                        new ScriptedExecutor.Step(1, 128, 0, 0, 0),
                        new ScriptedExecutor.Step(1, 128, 0, 128, 128),
                        new ScriptedExecutor.Step(1, 44, 1, 256, 256));
    }

    @Test
    void whatTheModelHasNoRoomForIsRefusedByName() {
        timer.requireRoom(List.of(765), List.of(1_023));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> timer.requireRoom(List.of(766), List.of()))
                .withMessage("--depth 766, with the steps that are measured, needs 1025 positions; the model has 1024");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> timer.requireRoom(List.of(), List.of(1_024)))
                .withMessage("--prefill 1024 needs 1025 positions; the model has 1024");
    }
}
