package dev.weir.engine.execution;

import static dev.weir.engine.execution.EngineFixture.readAll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.StopConditions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

class EngineLoopConcurrencyTest {

    private static final int THREADS = 32;
    private static final int REQUESTS_PER_THREAD = 40;

    @RepeatedTest(5)
    void manyCallersThatSubmitAndCancelAtRandomLeaveNothingBehind(RepetitionInfo repetition) throws Exception {
        SplittableRandom seeds = new SplittableRandom(repetition.getCurrentRepetition());
        EngineFixture engine = new EngineFixture();
        engine.loop.start();
        try (ExecutorService callers = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> outcomes = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                SplittableRandom random = seeds.split();
                outcomes.add(callers.submit(() -> call(engine, random)));
            }
            for (Future<?> outcome : outcomes) {
                outcome.get();
            }
        }
        assertThat(engine.loop.ownedBlocks()).isZero();
        assertThat(engine.admission.waitingCount()).isZero();
        assertThat(engine.metrics.scrape())
                .contains("vllm:num_requests_running{engine=\"0\",model_name=\"scripted\"} 0.0")
                .contains("vllm:num_requests_waiting{engine=\"0\",model_name=\"scripted\"} 0.0");
        assertThat(engine.loop.drain(Duration.ofSeconds(30))).isTrue();
        engine.loop.check();
    }

    private static void call(EngineFixture engine, SplittableRandom random) {
        for (int count = 0; count < REQUESTS_PER_THREAD; count++) {
            ReceivedAnswer answer = engine.submit(request(random), random.nextInt(1, 9));
            switch (random.nextInt(4)) {
                case 0 -> answer.cancel();
                case 1 -> {
                    for (int spins = random.nextInt(10_000); spins > 0; spins--) {
                        Thread.onSpinWait();
                    }
                    answer.pollAll();
                    answer.cancel();
                }
                default -> {}
            }
            readAll(answer);
            answer.check(engine.limits.contextTokensMax());
        }
    }

    private static GenerationRequest request(SplittableRandom random) {
        int[] prompt =
                random.ints(random.nextInt(1, 60), 0, FakeModel.VOCAB_SIZE).toArray();
        SamplingParams sampling = new SamplingParams(random.nextInt(2), 0, 0.95f, 0, random.nextLong(), -1);
        StopConditions stop = new StopConditions(random.nextInt(1, 60), List.of("ab"), Set.of(), Set.of(7), false);
        return new GenerationRequest("request", prompt, sampling, stop);
    }
}
