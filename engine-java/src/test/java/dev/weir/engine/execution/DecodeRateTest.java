package dev.weir.engine.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.scheduling.SchedulingPolicy;
import dev.weir.engine.scheduling.StepPlan;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** While a long prompt is computed, running answers keep half of their undisturbed token rate: on machines of a clock of our own. */
class DecodeRateTest {

    private static final int WINDOW_TOKENS = 10;

    private long nowNanos;

    /**
     * @param stepNanos of a step that computes nothing
     * @param tokenNanos of a token, whatever it is for
     * @param pairNanos of a token and one before it
     */
    private record Machine(long stepNanos, long tokenNanos, double pairNanos) {

        private long nanos(StepPlan plan) {
            double nanos = stepNanos + (double) tokenNanos * plan.tokenCount();
            for (int sequence = 0; sequence < plan.sequenceCount(); sequence++) {
                long tokens = plan.tokenCounts()[sequence];
                nanos += pairNanos * tokens * (plan.computedTokens()[sequence] + tokens / 2.0);
            }
            return (long) nanos;
        }
    }

    @ParameterizedTest(name = "{0} ns a step, {1} ns a token, {2} ns a pair")
    @CsvSource({
        "25_000_000, 20_000, 0", // weights are read once for however many tokens
        "2_000_000, 1_500_000, 0", // every token costs the same
        "2_000_000, 300_000, 150", // and late ones of a long prompt more than early ones
    })
    void runningAnswersKeepHalfOfTheirRate(long stepNanos, long tokenNanos, double pairNanos) {
        Machine machine = new Machine(stepNanos, tokenNanos, pairNanos);
        List<Long> disturbed = tokenTimes(machine, SchedulingPolicy.defaults(), DecodeRate.WITH_PROMPT);
        List<Long> undisturbed = tokenTimes(machine, SchedulingPolicy.defaults(), disturbed.size() - 1);
        assertThat(DecodeRate.share(undisturbed, disturbed, disturbed.size() - 1))
                .isGreaterThanOrEqualTo(0.5);
        assertThat(DecodeRate.share(undisturbed, disturbed, WINDOW_TOKENS)).isGreaterThan(0.4);
        // What prompts may take they take: it costs them no more than the promise does.
        List<Long> unprotected = tokenTimes(machine, new SchedulingPolicy(true, 0), DecodeRate.WITH_PROMPT);
        assertThat(DecodeRate.seconds(disturbed)).isLessThan(2.5 * DecodeRate.seconds(unprotected));
    }

    private List<Long> tokenTimes(Machine machine, SchedulingPolicy policy, int tokens) {
        ExecutorLimits limits = DecodeRate.limits(FakeModel.VOCAB_SIZE);
        ModelExecutor executor = new ScriptedExecutor(limits, plan -> nowNanos += machine.nanos(plan));
        try (SteppedEngine engine = new SteppedEngine(executor, policy, () -> nowNanos)) {
            return DecodeRate.tokenTimes(engine, () -> nowNanos, FakeModel.VOCAB_SIZE, tokens);
        }
    }
}
