package dev.weir.bench.engine;

import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.execution.ModelExecutor;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Computes nothing, in a known time: a millisecond for each token, on a clock that nothing else moves. */
final class ScriptedExecutor implements ModelExecutor {
    private static final long NANOS_PER_TOKEN = 1_000_000;

    /** What a step was asked for. */
    record Step(int sequences, int tokens, int samples, int shortestContext, int longestContext) {}

    private final List<Step> steps = new ArrayList<>();
    private long nanos;
    private ExecutorLimits limits = new ExecutorLimits(1, 1, 1, 16, 1, 1, 0);
    private int closedCount;

    ScriptedExecutor with(ExecutorLimits newLimits) {
        limits = newLimits;
        return this;
    }

    long nanos() {
        return nanos;
    }

    List<Step> steps() {
        return steps;
    }

    int closedCount() {
        return closedCount;
    }

    @Override
    public ExecutorLimits limits() {
        return limits;
    }

    @Override
    public void execute(StepPlan plan, StepResult result) {
        int[] computed = Arrays.copyOf(plan.computedTokens(), plan.sequenceCount());
        steps.add(new Step(
                plan.sequenceCount(),
                plan.tokenCount(),
                plan.sampleCount(),
                Arrays.stream(computed).min().orElseThrow(),
                Arrays.stream(computed).max().orElseThrow()));
        nanos += NANOS_PER_TOKEN * plan.tokenCount();
    }

    @Override
    public void close() {
        closedCount++;
    }
}
