package dev.weir.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefillPaceTest {

    private static final int ROOM = 512;

    /** What a step of some machine takes: a base, something for each next token, something for each prompt token. */
    private record Machine(long baseNanos, long nextTokenNanos, long promptTokenNanos, double noise) {

        private long stepNanos(int nextTokens, int promptTokens, SplittableRandom random) {
            double nanos = baseNanos + nextTokens * nextTokenNanos + promptTokens * promptTokenNanos;
            return (long) (nanos * (1 + noise * random.nextDouble(-1, 1)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // The two limits: a machine on which steps cost the same whatever they do, and one where only tokens cost.
        "20_000_000, 1_000, 1_000, 0, 0.5",
        "0, 1_000_000, 1_000_000, 0, 0.5",
        "2_000_000, 200_000, 150_000, 0.3, 0.5",
        "2_000_000, 200_000, 150_000, 0.3, 0.8",
        "2_000_000, 200_000, 600_000, 0.2, 0.25",
    })
    void runningSequencesKeepTheirShareAndPromptsGetTheRest(
            long baseNanos, long nextTokenNanos, long promptTokenNanos, double noise, double share) {
        Machine machine = new Machine(baseNanos, nextTokenNanos, promptTokenNanos, noise);
        PrefillPace pace = new PrefillPace(share, new MeasuredStepCost());
        SplittableRandom random = new SplittableRandom(1);
        int nextTokens = 4;
        long totalNanos = 0;
        long promptTokens = 0;
        int steps = 2000;
        for (int step = 0; step < steps; step++) {
            int chunk = pace.promptTokens(nextTokens, ROOM);
            long nanos = machine.stepNanos(nextTokens, chunk, random);
            pace.measured(nextTokens, chunk, nanos);
            totalNanos += nanos;
            promptTokens += chunk;
        }
        double undisturbedNanos = baseNanos + nextTokens * nextTokenNanos;
        double kept = steps * undisturbedNanos / totalNanos;
        assertThat(kept).isGreaterThan(share * 0.97);
        double affordable = Math.min(ROOM, (1 / share - 1) * undisturbedNanos / promptTokenNanos);
        // Noise is paid by prompts, up to half of what they are due.
        assertThat(promptTokens / (double) steps).isGreaterThan((noise == 0 ? 0.85 : 0.45) * affordable);
    }

    @Test
    void nobodyIsDisturbedWhereNobodyRuns() {
        assertThat(new PrefillPace(0.5, new MeasuredStepCost()).promptTokens(0, ROOM))
                .isEqualTo(ROOM);
    }

    @Test
    void withoutAPromiseTheRoomIsThePace() {
        assertThat(new PrefillPace(0, new MeasuredStepCost()).promptTokens(4, ROOM))
                .isEqualTo(ROOM);
    }

    @Test
    void aHiccupOfTheMachineDelaysPromptsForAFewStepsOnly() {
        PrefillPace pace = new PrefillPace(0.5, new MeasuredStepCost());
        SplittableRandom random = new SplittableRandom(2);
        Machine machine = new Machine(1_000_000, 100_000, 50_000, 0);
        for (int step = 0; step < 100; step++) {
            int chunk = pace.promptTokens(1, ROOM);
            pace.measured(1, chunk, machine.stepNanos(1, chunk, random));
        }
        while (pace.promptTokens(1, ROOM) == 0) {
            pace.measured(1, 0, machine.stepNanos(1, 0, random));
        }
        pace.measured(1, 16, 10_000_000_000L);
        int steps = 0;
        while (pace.promptTokens(1, ROOM) == 0) {
            pace.measured(1, 0, machine.stepNanos(1, 0, random));
            steps++;
        }
        // If it were paid in full it would be 9,000.
        assertThat(steps).isLessThan(150);
    }

    @Test
    void aShareThatLeavesPromptsNothingIsRefused() {
        assertThatThrownBy(() -> new PrefillPace(1, new MeasuredStepCost()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[0, 1)");
    }
}
