package dev.weir.engine.execution;

import dev.weir.engine.admission.Admission;
import dev.weir.engine.admission.AdmissionLimits;
import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.request.CacheSalt;
import dev.weir.engine.request.Constraint;
import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.LogitRules;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.ServiceTerms;
import dev.weir.engine.request.StopConditions;
import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.sampling.constraint.ConstraintCompiler;
import dev.weir.engine.sampling.constraint.ConstraintSource.RegularExpression;
import dev.weir.engine.scheduling.SchedulingPolicy;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.streaming.TokenStream;
import dev.weir.engine.usage.EngineUsage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** One random history of one engine with random limits; all of it follows from the seed. */
final class Simulation {

    private static final int STEPS_WITH_ARRIVALS = 300;
    private static final int STEPS_TO_DRAIN_MAX = 100_000;
    private static final long STEP_NANOS = 1_000_000;
    private static final int TEXTS = 3;
    private static final int END_ID = 7;

    /** What happened, to see that the histories are worth simulating. */
    static final class Tally {
        long steps;
        long completed;
        long cancelled;
        long stalled;
        long rejected;
        long expired;
        long refusedSteps;
        long preemptions;
        long foundTokens;
        long restoredTokens;
        long refusedMoves;

        void add(Tally other) {
            steps += other.steps;
            completed += other.completed;
            cancelled += other.cancelled;
            stalled += other.stalled;
            rejected += other.rejected;
            expired += other.expired;
            refusedSteps += other.refusedSteps;
            preemptions += other.preemptions;
            foundTokens += other.foundTokens;
            restoredTokens += other.restoredTokens;
            refusedMoves += other.refusedMoves;
        }

        @Override
        public String toString() {
            return steps + " steps: " + completed + " completed, " + cancelled + " cancelled, " + stalled + " stalled, "
                    + expired + " expired, " + rejected + " rejected, " + preemptions + " preemptions, " + refusedSteps
                    + " refused steps, " + foundTokens + " prompt tokens found in the cache, "
                    + restoredTokens + " tokens brought back after a preemption, " + refusedMoves + " refused moves";
        }
    }

    private record Reader(ReceivedAnswer answer, double pollsPerStep) {}

    private final SplittableRandom random;
    private final ExecutorLimits limits;
    private final AdmissionQueue admission;
    private final EngineLoop loop;
    private final double arrivalsPerStep;
    private final double cancelsPerStep;
    private final double refusalsPerStep;
    private final int streamTokensMax;
    private final List<int[]> texts;
    private final Constraint constraint;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<Reader> readers = new ArrayList<>();
    private final Tally tally = new Tally();
    private long nowNanos;
    private int requestCount;

    Simulation(long seed) {
        random = new SplittableRandom(seed);
        int sequencesMax = random.nextInt(1, 9);
        limits = new ExecutorLimits(
                        FakeModel.VOCAB_SIZE,
                        random.nextInt(8, 65),
                        random.nextInt(4, 33),
                        random.nextInt(1, 9),
                        sequencesMax + random.nextInt(0, 24),
                        sequencesMax,
                        20)
                .withHostBlocks(random.nextBoolean() ? 0 : random.nextInt(1, 33));
        admission = new AdmissionQueue(
                new AdmissionLimits(
                        random.nextInt(1, 17),
                        limits.vocabSize(),
                        limits.contextTokensMax(),
                        limits.blockCount(),
                        limits.blockTokens()),
                this::nowNanos);
        constraint = ConstraintCompiler.of(FakeModel.VOCAB_SIZE, new LetterTokenizer()::tokenBytes, Set.of(END_ID))
                .compile(new RegularExpression("([a-f][i-x]{1,3}){2," + random.nextInt(2, 9) + "}"));
        loop = new EngineLoop(
                "simulated",
                () -> new ScriptedExecutor(limits, this::elapse, _ -> move()),
                limits,
                new LoopLimits(Duration.ofNanos(40 * STEP_NANOS), 0, Duration.ZERO),
                new SchedulingPolicy(random.nextInt(8) > 0, random.nextBoolean() ? 0.5 : 0),
                admission,
                new LetterTokenizer(),
                new EngineUsage(registry, "simulated", 0, limits.contextTokensMax()),
                this::nowNanos);
        arrivalsPerStep = random.nextDouble(0.02, 1);
        cancelsPerStep = random.nextDouble(0, 0.1);
        streamTokensMax = random.nextInt(1, 9);
        texts = IntStream.range(0, TEXTS)
                .mapToObj(_ -> random.ints(limits.contextTokensMax(), 0, FakeModel.VOCAB_SIZE)
                        .toArray())
                .toList();
        refusalsPerStep = random.nextInt(4) == 0 ? 0.01 : 0;
    }

    /** A step takes some time for itself and some for each token, and never twice the same; now and then it fails. */
    private void elapse(StepPlan plan) {
        if (refusalsPerStep > 0 && random.nextDouble() < refusalsPerStep) {
            throw new ExecutionException("refused", ExecutionException.GoesOn.EXECUTOR);
        }
        nowNanos += STEP_NANOS / 4 + plan.tokenCount() * random.nextLong(STEP_NANOS / 32);
    }

    /** Moving blocks takes no time, so that it always pays; now and then it fails, though not while the engine opens. */
    private void move() {
        if (tally.steps > 0 && refusalsPerStep > 0 && random.nextInt(10) == 0) {
            tally.refusedMoves++;
            throw new ExecutionException("refused", ExecutionException.GoesOn.EXECUTOR);
        }
    }

    private long nowNanos() {
        return nowNanos;
    }

    Tally run() {
        loop.open();
        for (int step = 0; step < STEPS_WITH_ARRIVALS; step++) {
            if (random.nextDouble() < arrivalsPerStep) {
                arrive();
            }
            if (!readers.isEmpty() && random.nextDouble() < cancelsPerStep) {
                readers.get(random.nextInt(readers.size())).answer().cancel();
            }
            read();
            step();
        }
        for (int step = 0; !readers.isEmpty(); step++) {
            readers.forEach(reader -> reader.answer().pollAll());
            boolean worked = step();
            if (step > STEPS_TO_DRAIN_MAX || (!worked && !readers.isEmpty() && noneEnded())) {
                throw new AssertionError(readers.size() + " requests make no progress");
            }
        }
        if (loop.ownedBlocks() != 0 || admission.waitingCount() != 0) {
            throw new AssertionError(loop.ownedBlocks() + " blocks owned and " + admission.waitingCount()
                    + " requests waiting after the last one ended");
        }
        tally.preemptions = count("vllm:num_preemptions_total");
        tally.foundTokens = count("vllm:prefix_cache_hits_total");
        tally.restoredTokens = count("weir.kv.restored.tokens");
        return tally;
    }

    /** A step that computes nothing may still have ended a request whose deadline passed. */
    private boolean noneEnded() {
        readers.forEach(reader -> reader.answer().pollAll());
        return readers.stream().allMatch(reader -> reader.answer().finished() == null);
    }

    private long count(String counter) {
        return (long) registry.get(counter).counter().count();
    }

    private void arrive() {
        GenerationRequest request = request();
        TokenStream stream = new TokenStream(streamTokensMax);
        switch (admission.submit(request, stream)) {
            case Admission.Admitted _ -> {
                double pollsPerStep = random.nextInt(10) == 0 ? 0 : random.nextDouble(0.1, 3);
                readers.add(new Reader(new ReceivedAnswer(request, stream), pollsPerStep));
            }
            case Admission.Rejected _ -> tally.rejected++;
        }
    }

    private GenerationRequest request() {
        int[] prompt = prompt();
        SamplingParams sampling = random.nextBoolean()
                ? SamplingParams.greedy()
                : new SamplingParams(1, random.nextInt(0, 5), 0.9f, 0.01f, random.nextLong(), random.nextInt(-1, 4));
        List<String> stopStrings = random.nextInt(3) == 0
                ? List.of(LetterTokenizer.letter(random.nextInt(4)) + LetterTokenizer.letter(random.nextInt(4)), "abc")
                : List.of();
        int outputTokensMax = random.nextInt(1, limits.contextTokensMax() + 8);
        StopConditions stop = new StopConditions(
                outputTokensMax,
                random.nextInt(4) == 0 ? random.nextInt(outputTokensMax + 1) : 0,
                stopStrings,
                Set.of(),
                Set.of(END_ID),
                random.nextInt(4) == 0);
        GenerationRequest request = new GenerationRequest(
                "request-" + requestCount++,
                prompt,
                random.nextInt(3) == 0 ? sampling.following(rules()) : sampling,
                stop,
                random.nextInt(4) == 0 ? random.nextInt(1, 3) : 0,
                Pooling.NONE,
                terms());
        if (random.nextInt(4) == 0) {
            request = request.constrained(constraint);
        }
        return random.nextInt(6) == 0 ? request.scoringPrompt(random.nextInt(4)) : request;
    }

    private LogitRules rules() {
        return new LogitRules(
                random.nextBoolean() ? 1 : random.nextFloat(0.5f, 2),
                random.nextFloat(-2, 2),
                random.nextFloat(-2, 2),
                random.nextBoolean() ? Map.of() : Map.of(random.nextInt(FakeModel.VOCAB_SIZE), 5f));
    }

    /** Most begin like others do: with the first tokens of one of a few texts, and now and then with nothing else. */
    private int[] prompt() {
        int length = random.nextInt(1, 1 + limits.contextTokensMax());
        int[] prompt = random.ints(length, 0, FakeModel.VOCAB_SIZE).toArray();
        if (random.nextInt(4) > 0) {
            int[] text = texts.get(random.nextInt(texts.size()));
            int shared = random.nextBoolean() ? length : random.nextInt(length + 1);
            System.arraycopy(text, 0, prompt, 0, Math.min(shared, length));
        }
        return prompt;
    }

    private ServiceTerms terms() {
        int tenant = random.nextInt(4);
        return new ServiceTerms(
                "tenant-" + tenant,
                1 + tenant,
                random.nextInt(3) == 0 ? random.nextInt(-2, 3) : 0,
                random.nextInt(8) == 0 ? random.nextLong(1, 50) * STEP_NANOS : ServiceTerms.NO_DEADLINE,
                new CacheSalt(tenant / 2, 0));
    }

    private void read() {
        for (Reader reader : readers) {
            double polls = reader.pollsPerStep();
            for (; polls >= 1; polls--) {
                reader.answer().poll();
            }
            if (random.nextDouble() < polls) {
                reader.answer().poll();
            }
        }
    }

    private boolean step() {
        nowNanos += STEP_NANOS;
        boolean worked = turn();
        tally.steps++;
        loop.check();
        for (Iterator<Reader> iterator = readers.iterator(); iterator.hasNext(); ) {
            ReceivedAnswer answer = iterator.next().answer();
            if (answer.wasCancelled()) {
                answer.pollAll();
                if (answer.finished() == null) {
                    throw new AssertionError(answer.request() + " lives one step after its cancellation");
                }
            }
            Finished finished = answer.finished();
            if (finished != null) {
                answer.check(limits.contextTokensMax());
                tally(answer, finished);
                iterator.remove();
            }
        }
        return worked;
    }

    /** One step, which the executor may refuse: then what was in its plan ends and all else goes on. */
    private boolean turn() {
        try {
            return loop.step();
        } catch (ExecutionException refusal) {
            loop.refused(refusal);
            tally.refusedSteps++;
            return true;
        }
    }

    private void tally(ReceivedAnswer answer, Finished finished) {
        if (answer.wasCancelled()) {
            tally.cancelled++;
        } else if (finished.reason() == FinishReason.EXPIRED) {
            tally.expired++;
        } else if (finished.errorMessage() != null) {
            tally.stalled++;
        } else {
            tally.completed++;
        }
    }
}
