package dev.weir.engine.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The whole engine but its thread, driven through random histories: arrivals, cancellations, slow and stalled consumers, pools and budgets
 * that are too small. Every invariant is checked with every step and every answer is compared with the same request alone. A failure names
 * its seed; {@code -Dweir.simulation.seed=N} replays it and {@code -Dweir.simulation.steps=N} runs longer.
 */
class SimulationTest {

    private static final int STEPS_DEFAULT = 100_000;

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void everyHistoryKeepsTheInvariantsAndTheAnswers() {
        Long seed = Long.getLong("weir.simulation.seed");
        if (seed != null) {
            run(seed);
            return;
        }
        int stepsMin = Integer.getInteger("weir.simulation.steps", STEPS_DEFAULT);
        SplittableRandom seeds = new SplittableRandom(20261121);
        Simulation.Tally total = new Simulation.Tally();
        while (total.steps < stepsMin) {
            total.add(run(seeds.nextLong()));
        }
        System.out.println("simulated " + total);
        // A simulation that never gets into trouble proves nothing.
        assertThat(total.preemptions).isGreaterThan(stepsMin / 100);
        assertThat(total.cancelled).isGreaterThan(stepsMin / 1000);
        assertThat(total.stalled).isGreaterThan(stepsMin / 10_000);
        assertThat(total.completed).isGreaterThan(stepsMin / 100);
        assertThat(total.expired).isGreaterThan(stepsMin / 1000);
        assertThat(total.foundTokens).isGreaterThan(stepsMin / 20);
        assertThat(total.restoredTokens).isGreaterThan(stepsMin / 100);
        assertThat(total.refusedMoves).isPositive();
        assertThat(total.refusedSteps).isPositive();
        assertThat(total.rejected).isPositive();
    }

    private static Simulation.Tally run(long seed) {
        try {
            return new Simulation(seed).run();
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(
                    "replay with -Dweir.simulation.seed=" + seed + ": " + failure.getMessage(), failure);
        }
    }
}
