package dev.weir.engine.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.StopConditions;
import dev.weir.engine.scheduling.SchedulingPolicy;
import dev.weir.engine.scheduling.StepPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** While a long prompt is computed, running answers keep half of their undisturbed token rate: on machines of a clock of our own. */
class DecodeRateTest {

    private static final int CONTEXT_TOKENS_MAX = 8192;
    private static final int STREAMS = 4;
    private static final int PROMPT_TOKENS = 4000;
    private static final int WARM_UP_TOKENS = 50;
    private static final int TOKENS_MAX = 1500;
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
        List<Long> disturbed = tokenTimes(machine, SchedulingPolicy.defaults(), true);
        List<Long> undisturbed =
                tokenTimes(machine, SchedulingPolicy.defaults(), false).subList(0, disturbed.size());
        assertThat(share(undisturbed, disturbed, disturbed.size() - 1)).isGreaterThanOrEqualTo(0.5);
        assertThat(share(undisturbed, disturbed, WINDOW_TOKENS)).isGreaterThan(0.4);
        // What prompts may take they take: it costs them no more than the promise does.
        List<Long> unprotected = tokenTimes(machine, new SchedulingPolicy(true, 0), true);
        assertThat(seconds(disturbed)).isLessThan(2.5 * seconds(unprotected));
    }

    /** Of the undisturbed rate, the least that was kept over so many tokens in a row. */
    private static double share(List<Long> undisturbed, List<Long> disturbed, int tokens) {
        double least = 1;
        for (int end = tokens; end < disturbed.size(); end++) {
            double nanos = disturbed.get(end) - disturbed.get(end - tokens);
            least = Math.min(least, (undisturbed.get(end) - undisturbed.get(end - tokens)) / nanos);
        }
        return least;
    }

    private static double seconds(List<Long> times) {
        return (times.getLast() - times.getFirst()) / 1e9;
    }

    /** When the slowest of some running streams had each token: from the moment that a long prompt comes in until it is computed, or not. */
    private List<Long> tokenTimes(Machine machine, SchedulingPolicy policy, boolean withPrompt) {
        ExecutorLimits limits =
                new ExecutorLimits(FakeModel.VOCAB_SIZE, CONTEXT_TOKENS_MAX, 1024, 16, 512, STREAMS + 1, 20);
        ModelExecutor executor = new ScriptedExecutor(limits, plan -> nowNanos += machine.nanos(plan));
        try (SteppedEngine engine = new SteppedEngine(executor, policy, () -> nowNanos)) {
            List<SteppedEngine.Reader> streams = new ArrayList<>();
            for (int index = 0; index < STREAMS; index++) {
                streams.add(engine.submit(request("stream-" + index, 30 + index, CONTEXT_TOKENS_MAX)));
            }
            SteppedEngine.Reader slowest = streams.getLast();
            while (slowest.tokenCount() < WARM_UP_TOKENS) {
                engine.step();
            }
            SteppedEngine.@Nullable Reader prompt =
                    withPrompt ? engine.submit(request("prompt", PROMPT_TOKENS, 1)) : null;
            List<Long> times = new ArrayList<>(List.of(nowNanos));
            while (prompt == null ? times.size() < TOKENS_MAX : prompt.tokenCount() == 0) {
                engine.step();
                times.add(nowNanos);
                assertThat(slowest.tokenCount()).isEqualTo(WARM_UP_TOKENS + times.size() - 1);
                assertThat(times).hasSizeLessThanOrEqualTo(TOKENS_MAX);
            }
            return times;
        }
    }

    private static GenerationRequest request(String id, int promptTokens, int outputTokensMax) {
        int[] prompt = new Random(promptTokens)
                .ints(promptTokens, 0, FakeModel.VOCAB_SIZE)
                .toArray();
        StopConditions stop = new StopConditions(outputTokensMax, List.of(), Set.of(), Set.of(), true);
        return new GenerationRequest(id, prompt, SamplingParams.greedy(), stop);
    }
}
