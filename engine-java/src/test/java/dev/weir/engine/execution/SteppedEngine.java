package dev.weir.engine.execution;

import dev.weir.engine.admission.Admission;
import dev.weir.engine.admission.AdmissionLimits;
import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.TokenEvent;
import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.request.TokenEvent.Token;
import dev.weir.engine.request.TokenEvent.TokenLogprobs;
import dev.weir.engine.request.TokenEvent.TopToken;
import dev.weir.engine.scheduling.SchedulingPolicy;
import dev.weir.engine.streaming.TokenStream;
import dev.weir.engine.usage.EngineUsage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The whole engine but its thread and its clock around any backend: a test steps it, and reads whole answers. */
final class SteppedEngine implements AutoCloseable {

    private static final int STEPS_MAX = 10_000;
    private static final long READING_NANOS = 1_000;

    /**
     * What came of a request, in a form that is equal only where every bit is.
     *
     * @param logprobBits of each token, in turn: the bits of its log-probability, then ids and bits of its rivals'
     */
    record Answer(List<Integer> tokenIds, List<List<Integer>> logprobBits, Finished end) {

        int cachedTokens() {
            return end.cachedTokens();
        }

        boolean isSame(Answer other) {
            return tokenIds.equals(other.tokenIds) && logprobBits.equals(other.logprobBits);
        }

        /** What is left after the first tokens. */
        Answer after(int tokenCount) {
            return new Answer(
                    tokenIds.subList(tokenCount, tokenIds.size()),
                    logprobBits.subList(tokenCount, logprobBits.size()),
                    end);
        }
    }

    /** A request on its way, and what came of it so far. */
    final class Reader {
        private final TokenStream stream = new TokenStream();
        private final List<Integer> tokenIds = new ArrayList<>();
        private final List<List<Integer>> logprobBits = new ArrayList<>();
        private @Nullable Finished end;

        private Reader(GenerationRequest request) {
            if (admission.submit(request, stream) instanceof Admission.Rejected rejected) {
                throw new AssertionError(rejected);
            }
        }

        int tokenCount() {
            return tokenIds.size();
        }

        private void read() {
            for (TokenEvent event = stream.poll(); event != null; event = stream.poll()) {
                switch (event) {
                    case Token token -> {
                        tokenIds.add(token.tokenId());
                        logprobBits.add(bits(token.logprobs()));
                    }
                    case Finished finished -> end = finished;
                    case TokenEvent.Told _ -> throw new AssertionError("nothing was told before");
                    case TokenEvent.PromptScored scored ->
                        scored.logprobs().forEach(logprobs -> logprobBits.add(bits(logprobs)));
                    case TokenEvent.Pooled _ -> throw new AssertionError("nobody asked for a vector");
                }
            }
        }

        private Answer answer() {
            Finished finished = end;
            if (finished == null || finished.errorMessage() != null) {
                throw new AssertionError("no answer: " + finished);
            }
            return new Answer(tokenIds, logprobBits, finished);
        }
    }

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ModelExecutor executor;
    private final AdmissionQueue admission;
    private final EngineLoop loop;
    private final List<Reader> readers = new ArrayList<>();

    /** Over an executor, which it closes. Time passes by being looked at, so that it is the same in every run. */
    SteppedEngine(ModelExecutor executor, SchedulingPolicy policy) {
        this(executor, policy, new LongSupplier() {
            private long nowNanos;

            @Override
            public long getAsLong() {
                nowNanos += READING_NANOS;
                return nowNanos;
            }
        });
    }

    SteppedEngine(ModelExecutor executor, SchedulingPolicy policy, LongSupplier ticker) {
        this.executor = executor;
        ExecutorLimits limits = executor.limits();
        admission = new AdmissionQueue(
                new AdmissionLimits(
                        256, limits.vocabSize(), limits.contextTokensMax(), limits.blockCount(), limits.blockTokens()),
                ticker);
        loop = new EngineLoop(
                "stepped",
                () -> executor,
                limits,
                new LoopLimits(Duration.ofDays(1), 0, Duration.ZERO),
                policy,
                admission,
                new LetterTokenizer(),
                new EngineUsage(registry, "stepped", 0, limits.contextTokensMax()),
                ticker);
        loop.open();
    }

    /** A request comes in. */
    Reader submit(GenerationRequest request) {
        Reader reader = new Reader(request);
        readers.add(reader);
        return reader;
    }

    /** Makes one step, checks every invariant and reads every stream. False when there was nothing to compute. */
    boolean step() {
        boolean worked = loop.step();
        loop.check();
        readers.forEach(Reader::read);
        return worked;
    }

    /** Answers the requests, of which one comes in every {@code stepsApart} steps; 0: all at once. */
    List<Answer> serve(List<GenerationRequest> requests, int stepsApart) {
        readers.clear();
        for (int step = 0; ; step++) {
            while (readers.size() < requests.size() && readers.size() * stepsApart <= step) {
                submit(requests.get(readers.size()));
            }
            boolean worked = step();
            boolean allCame = readers.size() == requests.size();
            if (allCame && readers.stream().allMatch(reader -> reader.end != null)) {
                return readers.stream().map(Reader::answer).toList();
            }
            if (step > STEPS_MAX || (allCame && !worked)) {
                throw new AssertionError("the engine makes no progress");
            }
        }
    }

    Answer serve(GenerationRequest request) {
        return serve(List.of(request), 0).getFirst();
    }

    long preemptionCount() {
        return (long) registry.get("vllm:num_preemptions_total").counter().count();
    }

    /** Tokens of preempted sequences that did not have to be computed again, for they had been brought away. */
    long restoredTokens() {
        return (long) registry.get("weir.kv.restored.tokens").counter().count();
    }

    private static List<Integer> bits(@Nullable TokenLogprobs logprobs) {
        if (logprobs == null) {
            return List.of();
        }
        List<Integer> bits = new ArrayList<>();
        bits.add(Float.floatToRawIntBits(logprobs.logprob()));
        for (TopToken rival : logprobs.top()) {
            bits.add(rival.tokenId());
            bits.add(Float.floatToRawIntBits(rival.logprob()));
        }
        return bits;
    }

    @Override
    public void close() {
        executor.close();
    }
}
