package dev.weir.bench.engine;

import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.execution.ModelExecutor;
import dev.weir.engine.kvcache.KvCache;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.scheduling.BatchLimits;
import dev.weir.engine.scheduling.MeasuredStepCost;
import dev.weir.engine.scheduling.PrefillPace;
import dev.weir.engine.scheduling.Scheduler;
import dev.weir.engine.scheduling.Sequence;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Takes the time of steps. Long contexts are not computed first: what the keys and values before a token are changes nothing of the time that it
 * takes, so the scheduler is told that they are there.
 *
 * @param executors make an executor with the limits that a case needs, on this thread
 * @param nanos a clock
 * @param least how long each case is measured at least
 */
record StepTimer(
        Function<ExecutorLimits, ModelExecutor> executors,
        int vocabSize,
        int contextTokensMax,
        int stepTokensMax,
        LongSupplier nanos,
        Duration least) {
    static final int BLOCK_TOKENS = 16;

    private static final int WARM_UP_STEPS = 3;
    private static final int REPEATS_MIN = 5;
    private static final int DECODE_STEPS_MAX = 256;
    private static final int PREFILLS_MAX = 1_000;

    /** Median times: of what was repeated as a whole, and of planning and accounting for one step. */
    record Times(double seconds, double planMicros, int repeats) {}

    /** Steps that give each of so many sequences, of at least that length, its next token. */
    Times decode(int sequences, int depth) {
        int longest = longestContext(depth);
        try (ModelExecutor executor = executors.apply(limits(sequences, longest))) {
            Run run = new Run(executor, sequences, depth);
            run.pretendPrompts();
            for (int step = 0; step < WARM_UP_STEPS; step++) {
                run.step();
            }
            Samples steps = new Samples(DECODE_STEPS_MAX);
            Samples plans = new Samples(DECODE_STEPS_MAX);
            long endNanos = nanos.getAsLong() + least.toNanos();
            while (steps.count() < REPEATS_MIN || (nanos.getAsLong() < endNanos && steps.count() < DECODE_STEPS_MAX)) {
                long planNanos = run.step();
                steps.add(run.stepNanos());
                plans.add(planNanos);
            }
            return new Times(steps.median() / 1e9, plans.median() / 1e3, steps.count());
        }
    }

    /** A prompt by itself, until its first token is there. */
    Times prefill(int tokens) {
        Samples prompts = new Samples(PREFILLS_MAX);
        Samples plans = new Samples(PREFILLS_MAX);
        try (ModelExecutor executor = executors.apply(limits(1, tokens + 1))) {
            new Run(executor, 1, tokens).prompt();
            long endNanos = nanos.getAsLong() + least.toNanos();
            while (prompts.count() < REPEATS_MIN || (nanos.getAsLong() < endNanos && prompts.count() < PREFILLS_MAX)) {
                Run run = new Run(executor, 1, tokens);
                long beginNanos = nanos.getAsLong();
                long planNanos = run.prompt();
                prompts.add(nanos.getAsLong() - beginNanos);
                plans.add(planNanos / Math.ceilDiv(tokens, stepTokensMax));
            }
        }
        return new Times(prompts.median() / 1e9, plans.median() / 1e3, prompts.count());
    }

    /** Refuses what the model has no room for. */
    void requireRoom(List<Integer> depths, List<Integer> prefills) {
        for (int depth : depths) {
            requireRoom("--depth " + depth + ", with the steps that are measured,", longestContext(depth));
        }
        for (int tokens : prefills) {
            requireRoom("--prefill " + tokens, tokens + 1);
        }
    }

    private static int longestContext(int depth) {
        return depth + WARM_UP_STEPS + DECODE_STEPS_MAX;
    }

    private void requireRoom(String what, int tokens) {
        if (tokens > contextTokensMax) {
            throw new IllegalArgumentException(
                    what + " needs " + tokens + " positions; the model has " + contextTokensMax);
        }
    }

    private ExecutorLimits limits(int sequences, int tokensMax) {
        int blockCount = sequences * Math.ceilDiv(tokensMax, BLOCK_TOKENS);
        return new ExecutorLimits(vocabSize, contextTokensMax, blockCount, BLOCK_TOKENS, stepTokensMax, sequences, 0);
    }

    /** Sequences under way. */
    private final class Run {
        private final ModelExecutor executor;
        private final Scheduler<Sequence> scheduler;
        private final StepResult result;
        private long stepNanos;

        Run(ModelExecutor executor, int sequences, int promptTokens) {
            this.executor = executor;
            this.result = new StepResult(sequences, 0);
            this.scheduler = new Scheduler<>(
                    new KvCache(executor.limits().blockCount(), BLOCK_TOKENS, false),
                    new BatchLimits(stepTokensMax, sequences),
                    new PrefillPace(0, new MeasuredStepCost()));
            for (int sequence = 0; sequence < sequences; sequence++) {
                int[] prompt = new int[promptTokens];
                for (int i = 0; i < promptTokens; i++) {
                    prompt[i] = (7_919 * sequence + 31 * i) % vocabSize;
                }
                scheduler.add(new Sequence(prompt, SamplingParams.greedy()));
            }
        }

        /** Has the scheduler believe that all prompts are computed. Who is ready waits for the others, or it would run ahead of them. */
        void pretendPrompts() {
            while (!scheduler.waiting().isEmpty()
                    || scheduler.running().stream().anyMatch(sequence -> sequence.outputTokens() == 0)) {
                scheduler.plan();
                scheduler.apply(result);
                scheduler.sampled().forEach(sequence -> sequence.pause(true));
            }
            scheduler.running().forEach(sequence -> sequence.pause(false));
        }

        /** Computes the prompts; returns what planning took in all steps. */
        long prompt() {
            long planNanos = step();
            while (scheduler.running().getFirst().outputTokens() == 0) {
                planNanos += step();
            }
            return planNanos;
        }

        /** One step; returns what planning it, and taking over its results, took. */
        long step() {
            long beginNanos = nanos.getAsLong();
            StepPlan plan = scheduler.plan();
            long plannedNanos = nanos.getAsLong();
            executor.execute(plan, result);
            long executedNanos = nanos.getAsLong();
            scheduler.apply(result, executedNanos - plannedNanos);
            long endNanos = nanos.getAsLong();
            stepNanos = endNanos - beginNanos;
            return stepNanos - (executedNanos - plannedNanos);
        }

        /** What the last step took altogether. */
        long stepNanos() {
            return stepNanos;
        }
    }
}
