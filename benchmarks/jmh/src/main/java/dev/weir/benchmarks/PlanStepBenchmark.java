package dev.weir.benchmarks;

import dev.weir.engine.kvcache.KvCache;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.scheduling.BatchLimits;
import dev.weir.engine.scheduling.MeasuredStepCost;
import dev.weir.engine.scheduling.PrefillPace;
import dev.weir.engine.scheduling.Scheduler;
import dev.weir.engine.scheduling.SchedulingPolicy;
import dev.weir.engine.scheduling.Sequence;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Planning one step of 256 running sequences that each get their next token, with the prefix cache on. Target: under 50 microseconds and no
 * allocation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PlanStepBenchmark {

    private static final int SEQUENCES = 256;
    private static final int BLOCK_TOKENS = 16;

    /** Tokens that each sequence has; its block table is a sixteenth of that. */
    @Param({"1024", "4096"})
    public int contextTokens;

    private Scheduler<Sequence> scheduler = scheduler(0);

    /** Computes 256 prompts in one step, so that each sequence misses one token. */
    @Setup
    public void fill() {
        scheduler = scheduler(contextTokens);
        for (int count = 0; count < SEQUENCES; count++) {
            int[] prompt = new int[contextTokens];
            prompt[0] = count; // or they would share their blocks and wait for each other
            scheduler.add(new Sequence(prompt, SamplingParams.greedy()));
        }
        scheduler.plan();
        scheduler.apply(new StepResult(SEQUENCES, 0));
    }

    /** The same step every time: nothing is applied. */
    @Benchmark
    public StepPlan plan() {
        StepPlan plan = scheduler.plan();
        if (plan.tokenCount() != SEQUENCES) {
            throw new AssertionError("the step has " + plan.tokenCount() + " tokens");
        }
        return plan;
    }

    private static Scheduler<Sequence> scheduler(int promptTokens) {
        int blockCount = SEQUENCES * (promptTokens / BLOCK_TOKENS + 1);
        BatchLimits limits = new BatchLimits(SEQUENCES * Math.max(promptTokens, 1), SEQUENCES);
        PrefillPace pace = new PrefillPace(SchedulingPolicy.DECODE_SHARE_MIN_DEFAULT, new MeasuredStepCost());
        return new Scheduler<>(new KvCache(blockCount, BLOCK_TOKENS, true), limits, pace);
    }
}
