package dev.weir.engine.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.admission.Admission;
import dev.weir.engine.admission.AdmissionLimits;
import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.scheduling.SchedulingPolicy;
import dev.weir.engine.streaming.TokenStream;
import dev.weir.engine.usage.EngineUsage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Sequences that become a vector go through the same steps as those that are continued, and through nothing twice. */
class PooledSequencesTest {

    private static final int CONTEXT_TOKENS = 64;
    private static final int BLOCK_TOKENS = 4;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void aloneInChunksInCompanyAndAfterPreemptionTheVectorIsTheSame(Pooling pooling) {
        Random random = new Random(3);
        List<GenerationRequest> requests = IntStream.range(0, 12)
                .mapToObj(index -> GenerationRequest.embedding(
                        "request-" + index, prompt(random, 1 + random.nextInt(CONTEXT_TOKENS)), index % 3, pooling))
                .toList();
        for (int stepTokensMax : new int[] {4, 7, 64}) {
            List<ReceivedAnswer> answers =
                    run(new ExecutorLimits(24, CONTEXT_TOKENS, 24, BLOCK_TOKENS, stepTokensMax, 4, 20), requests);
            for (ReceivedAnswer answer : answers) {
                assertThat(answer.vector()).as(answer.request().id()).isEqualTo(expected(answer.request()));
                assertThat(answer.end().reason()).isEqualTo(FinishReason.STOP);
                assertThat(answer.end().outputTokens()).isZero();
                assertThat(answer.end().promptTokens())
                        .isEqualTo(answer.request().promptTokenIds().length);
            }
        }
    }

    @Test
    void generationsGoOnBesideThem() {
        Random random = new Random(4);
        List<GenerationRequest> requests = new ArrayList<>();
        for (int index = 0; index < 6; index++) {
            requests.add(GenerationRequest.embedding("vector-" + index, prompt(random, 40), 0, Pooling.MEAN));
            requests.add(EngineFixture.request(20, prompt(random, 12)));
        }
        List<ReceivedAnswer> answers =
                run(new ExecutorLimits(24, CONTEXT_TOKENS, 24, BLOCK_TOKENS, 16, 4, 20), requests);
        for (ReceivedAnswer answer : answers) {
            if (answer.request().pooling() == Pooling.NONE) {
                answer.check(CONTEXT_TOKENS);
            } else {
                assertThat(answer.vector()).isEqualTo(expected(answer.request()));
            }
        }
    }

    @Test
    void aPromptMayFillTheContextAndIsCountedOnce() {
        GenerationRequest request =
                GenerationRequest.embedding("full", prompt(new Random(5), CONTEXT_TOKENS), 0, Pooling.LAST_TOKEN);
        ReceivedAnswer answer = run(
                        new ExecutorLimits(24, CONTEXT_TOKENS, 16, BLOCK_TOKENS, 10, 2, 20), List.of(request))
                .getFirst();
        assertThat(answer.vector()).isEqualTo(expected(request));
        assertThat(registry.get("vllm:prompt_tokens_total").counter().count()).isEqualTo(CONTEXT_TOKENS);
        assertThat(registry.get("vllm:generation_tokens_total").counter().count())
                .isZero();
    }

    private static int[] prompt(Random random, int tokens) {
        return random.ints(tokens, 0, FakeModel.VOCAB_SIZE).toArray();
    }

    /** By the shortest road: no engine, no blocks, no steps. */
    private static float[] expected(GenerationRequest request) {
        long state = FakeModel.start(request.adapterId());
        double[] sum = new double[FakeModel.HIDDEN_SIZE];
        float[] hidden = new float[FakeModel.HIDDEN_SIZE];
        for (int tokenId : request.promptTokenIds()) {
            state = FakeModel.advance(state, tokenId);
            FakeModel.hidden(state, hidden, 0);
            IntStream.range(0, sum.length).forEach(element -> sum[element] += hidden[element]);
        }
        if (request.pooling() == Pooling.LAST_TOKEN) {
            return hidden;
        }
        for (int element = 0; element < sum.length; element++) {
            hidden[element] = (float) (sum[element] / request.promptTokenIds().length);
        }
        return hidden;
    }

    private List<ReceivedAnswer> run(ExecutorLimits limits, List<GenerationRequest> requests) {
        AdmissionQueue admission = new AdmissionQueue(
                new AdmissionLimits(64, limits.vocabSize(), CONTEXT_TOKENS, limits.blockCount(), BLOCK_TOKENS),
                () -> 0);
        EngineLoop loop = new EngineLoop(
                "pooled",
                () -> new ScriptedExecutor(limits),
                limits,
                LoopLimits.defaults(),
                SchedulingPolicy.defaults(),
                admission,
                new LetterTokenizer(),
                new EngineUsage(registry, "pooled", 0, CONTEXT_TOKENS),
                () -> 0);
        List<ReceivedAnswer> answers = new ArrayList<>();
        for (GenerationRequest request : requests) {
            TokenStream stream = new TokenStream();
            assertThat(admission.submit(request, stream)).isInstanceOf(Admission.Admitted.class);
            answers.add(new ReceivedAnswer(request, stream));
        }
        loop.open();
        while (loop.step()) {
            loop.check();
            answers.forEach(ReceivedAnswer::pollAll);
        }
        assertThat(loop.ownedBlocks()).isZero();
        return answers;
    }
}
