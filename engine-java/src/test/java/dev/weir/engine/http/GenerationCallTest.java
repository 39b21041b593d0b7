package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.TestModels;
import dev.weir.engine.admission.AdmissionLimits;
import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.admission.Submission;
import dev.weir.engine.answer.AnswerRules;
import dev.weir.engine.model.GenerationDefaults;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.ServiceTerms;
import dev.weir.engine.sampling.constraint.ConstraintCompiler;
import dev.weir.engine.tokenization.DjlTokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GenerationCallTest {

    private static final int CONTEXT_TOKENS = 20;
    private static final long SEED = 42;

    private final DjlTokenizer tokenizer = DjlTokenizer.open(
            ModelDirectory.open(TestModels.fixture(TestModels.TINY_LLAMA)).tokenizerFile());

    @AfterEach
    void close() {
        tokenizer.close();
    }

    private GenerationCall call(int choices, int outputTokensMax) {
        return call(choices, outputTokensMax, new AdmissionQueue(limits(1), () -> 0));
    }

    private static AdmissionLimits limits(int waitingMax) {
        return new AdmissionLimits(waitingMax, 297, CONTEXT_TOKENS, 4, 16);
    }

    private GenerationCall call(int choices, int outputTokensMax, AdmissionQueue admission) {
        ServedModel model = new ServedModel(
                "m",
                0,
                tokenizer,
                null,
                new GenerationDefaults(Set.of(), null, null, null, null),
                CONTEXT_TOKENS,
                new EmbeddingSettings(4, Pooling.LAST_TOKEN),
                ConstraintCompiler.of(tokenizer.vocabSize(), tokenizer::tokenBytes, Set.of()),
                admission,
                () -> true);
        return new GenerationCall(
                model,
                "prompt",
                List.of(new int[] {1, 2}, new int[] {3}),
                choices,
                new SamplingParams(1, 0, 1, 0, SEED, SamplingParams.NO_LOGPROBS),
                outputTokensMax,
                0,
                List.of(),
                Set.of(),
                false,
                null,
                AnswerRules.plain(),
                false,
                new int[0],
                new ServiceWishes(0, ServiceTerms.NO_DEADLINE),
                new AnswerOptions(false, false, false, false, false, -1));
    }

    @Test
    void sequencesOfARequestThatFailsOnItsWayInAreAllCancelled() {
        AdmissionQueue admission = new AdmissionQueue(limits(10), () -> 0);
        AtomicInteger arrivals = new AtomicInteger();
        admission.onArrival(() -> {
            if (arrivals.incrementAndGet() == 3) {
                throw new IllegalStateException("no third one");
            }
        });
        assertThatThrownBy(() -> GenerationEndpoint.submit(call(2, 5, admission), "id", ServiceTerms.STANDARD, null))
                .hasMessage("no third one");
        List<Submission> submitted = new ArrayList<>();
        admission.drain(submitted::add);
        assertThat(submitted)
                .hasSize(3)
                .allMatch(submission -> submission.stream().isCancelled());
    }

    @Test
    void firstChoiceOfEachPromptHasTheCallersSeedAndNoOtherHas() {
        GenerationCall call = call(8, 4);
        long[] seeds = LongStream.range(0, call.sequenceCount())
                .map(index -> call.request("id", (int) index, ServiceTerms.STANDARD)
                        .sampling()
                        .seed())
                .toArray();
        assertThat(seeds[0]).isEqualTo(SEED);
        assertThat(seeds[8]).isEqualTo(SEED);
        assertThat(LongStream.of(seeds).distinct().count()).isEqualTo(8);
        assertThat(seeds[9]).isEqualTo(seeds[1]);
    }

    @Test
    void derivedSeedsStayWhatTheyWere() {
        // A recorded request must give the same answers after an upgrade.
        assertThat(call(2, 4).request("id", 1, ServiceTerms.STANDARD).sampling().seed())
                .isEqualTo(-4767286540954276203L);
    }

    @Test
    void promptsAreNumberedChoiceByChoice() {
        GenerationCall call = call(2, 4);
        assertThat(call.request("id", 1, ServiceTerms.STANDARD).promptTokenIds())
                .containsExactly(1, 2);
        assertThat(call.request("id", 2, ServiceTerms.STANDARD).promptTokenIds())
                .containsExactly(3);
        assertThat(call.request("id", 2, ServiceTerms.STANDARD).id()).isEqualTo("id-2");
    }

    @Test
    void outputIsBoundedByWhatTheContextLeaves() {
        assertThat(call(1, 0).request("id", 0, ServiceTerms.STANDARD).stop().outputTokensMax())
                .isEqualTo(18);
        assertThat(call(1, 500).request("id", 1, ServiceTerms.STANDARD).stop().outputTokensMax())
                .isEqualTo(19);
        assertThat(call(1, 5).request("id", 0, ServiceTerms.STANDARD).stop().outputTokensMax())
                .isEqualTo(5);
    }
}
