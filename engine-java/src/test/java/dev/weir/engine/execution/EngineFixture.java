package dev.weir.engine.execution;

import dev.weir.engine.admission.Admission;
import dev.weir.engine.admission.AdmissionLimits;
import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.StopConditions;
import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.scheduling.SchedulingPolicy;
import dev.weir.engine.streaming.TokenStream;
import dev.weir.engine.usage.EngineUsage;
import dev.weir.engine.usage.PrometheusMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/** An engine with its own thread around scripted executors. */
final class EngineFixture implements AutoCloseable {

    static final int PATIENCE_SECONDS = 30;

    final ExecutorLimits limits = new ExecutorLimits(FakeModel.VOCAB_SIZE, 256, 64, 4, 32, 8, 20).withHostBlocks(8);
    final PrometheusMetrics metrics = new PrometheusMetrics();
    final LinkedBlockingQueue<ScriptedExecutor> executors = new LinkedBlockingQueue<>();
    final AtomicInteger executorCount = new AtomicInteger();
    final AdmissionQueue admission;
    final EngineLoop loop;

    EngineFixture() {
        this(executor -> executor, System::nanoTime);
    }

    /** {@code script} prepares each executor that is made, or throws in its place. */
    EngineFixture(UnaryOperator<ScriptedExecutor> script, LongSupplier ticker) {
        admission = new AdmissionQueue(
                new AdmissionLimits(
                        64, limits.vocabSize(), limits.contextTokensMax(), limits.blockCount(), limits.blockTokens()),
                ticker);
        loop = new EngineLoop(
                "scripted",
                () -> {
                    executorCount.incrementAndGet();
                    ScriptedExecutor executor = script.apply(new ScriptedExecutor(limits));
                    executors.add(executor);
                    return executor;
                },
                limits,
                new LoopLimits(Duration.ofSeconds(20), 3, Duration.ofMillis(1)),
                SchedulingPolicy.defaults(),
                admission,
                new LetterTokenizer(),
                new EngineUsage(metrics.registry(), "scripted", 0, limits.contextTokensMax()),
                ticker);
    }

    static GenerationRequest request(int outputTokensMax, int... prompt) {
        StopConditions stop = new StopConditions(outputTokensMax, List.of(), Set.of(), Set.of(), false);
        return new GenerationRequest("request", prompt, SamplingParams.greedy(), stop);
    }

    /** Submits a request that must be admitted. */
    ReceivedAnswer submit(GenerationRequest request, int streamTokensMax) {
        TokenStream stream = new TokenStream(streamTokensMax);
        Admission admitted = admission.submit(request, stream);
        if (!(admitted instanceof Admission.Admitted)) {
            throw new AssertionError(admitted);
        }
        return new ReceivedAnswer(request, stream);
    }

    /** Reads to the end as a consumer does: polls when it is told that it can. */
    static Finished readAll(ReceivedAnswer answer) {
        LinkedBlockingQueue<Boolean> readable = new LinkedBlockingQueue<>();
        answer.stream().onReadable(() -> readable.add(true));
        while (answer.finished() == null) {
            awaitOne(readable);
            answer.pollAll();
        }
        return answer.end();
    }

    static <T> T awaitOne(LinkedBlockingQueue<T> queue) {
        try {
            T element = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (element == null) {
                throw new AssertionError("nothing came within " + PATIENCE_SECONDS + " s");
            }
            return element;
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still waiting after " + PATIENCE_SECONDS + " s");
            }
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
