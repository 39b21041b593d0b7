package dev.weir.engine.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.admission.Admission.Admitted;
import dev.weir.engine.admission.Admission.Reason;
import dev.weir.engine.admission.Admission.Rejected;
import dev.weir.engine.request.CacheSalt;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.ServiceTerms;
import dev.weir.engine.request.StopConditions;
import dev.weir.engine.streaming.TokenStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdmissionQueueTest {

    private final AdmissionQueue queue = new AdmissionQueue(new AdmissionLimits(2, 100, 4096, 512, 16), () -> 77);

    @Test
    void admitsInOrderAndStampsTheArrival() {
        assertThat(submit(10, 5)).isEqualTo(new Admitted(1));
        assertThat(submit(11, 5)).isEqualTo(new Admitted(2));
        List<Submission> drained = new ArrayList<>();
        queue.drain(drained::add);
        assertThat(drained)
                .extracting(submission -> submission.request().promptTokenIds().length)
                .containsExactly(10, 11);
        assertThat(drained).extracting(Submission::submittedNanos).containsExactly(77L, 77L);
    }

    @Test
    void countsARequestUntilItHasBegunWhereverItWaits() {
        submit(1, 1);
        submit(1, 1);
        assertThat(submit(1, 1))
                .isEqualTo(new Rejected(Reason.QUEUE_FULL, "2 requests are waiting, which is the limit"));
        queue.drain(_ -> {});
        assertThat(rejection(submit(1, 1)).reason()).isEqualTo(Reason.QUEUE_FULL);
        queue.release(request(1, 1));
        assertThat(submit(1, 1)).isInstanceOf(Admitted.class);
    }

    @Test
    void aPromptLongerThanTheContextIsRefusedWithTheNumbers() {
        assertThat(rejection(submit(5000, 1)).reason()).isEqualTo(Reason.PROMPT_TOO_LONG);
        assertThat(rejection(submit(5000, 1)).message())
                .startsWith("the prompt has 5000 tokens, the model's context is 4096");
        assertThat(rejection(submit(4096, 1)).reason()).isEqualTo(Reason.PROMPT_TOO_LONG);
        assertThat(submit(4095, 1)).isInstanceOf(Admitted.class);
    }

    @Test
    void whatThePoolCouldNeverHoldIsRefusedWithTheNumbers() {
        AdmissionQueue small = new AdmissionQueue(new AdmissionLimits(9, 100, 4096, 4, 16), () -> 0);
        assertThat(small.submit(request(60, 5), new TokenStream()))
                .isInstanceOf(Admitted.class); // 64 are computed, the last is not
        Rejected rejected = rejection(small.submit(request(60, 6), new TokenStream()));
        assertThat(rejected.reason()).isEqualTo(Reason.NEVER_FITS);
        assertThat(rejected.message()).contains("need 5 KV blocks, the engine has 4 of 16 tokens");
    }

    @Test
    void aTokenOutsideOfTheVocabularyIsRefusedByPosition() {
        GenerationRequest request = new GenerationRequest(
                "request",
                new int[] {1, 2, 100},
                SamplingParams.greedy(),
                new StopConditions(1, List.of(), Set.of(), Set.of(), false));
        Rejected rejected = rejection(queue.submit(request, new TokenStream()));
        assertThat(rejected.reason()).isEqualTo(Reason.UNKNOWN_TOKEN);
        assertThat(rejected.message()).isEqualTo("prompt token 2 is 100, the model's vocabulary has ids 0 to 99");
    }

    @Test
    void aClosedQueueAnswersWithItsReason() {
        Rejected answer = new Rejected(Reason.SHUTTING_DOWN, "the engine is shutting down");
        queue.close(answer);
        assertThat(submit(1, 1)).isEqualTo(answer);
    }

    @Test
    void ringsForWhatComesIn() {
        List<Integer> waiting = new ArrayList<>();
        queue.onArrival(() -> waiting.add(queue.waitingCount()));
        submit(1, 1);
        assertThat(waiting).containsExactly(1);
    }

    @Test
    void releasingWhatWasNeverHandedOverIsAnError() {
        submit(1, 1);
        assertThatThrownBy(() -> queue.release(request(1, 1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aDeadlineThatTheMeasuredRateCannotMeetIsRefusedWithTheNumbers() {
        submit(300, 1);
        queue.measured(200, 100); // tokens that have begun, tokens in a second
        assertThat(queue.submit(due(100, 6_000), new TokenStream())).isInstanceOf(Admitted.class);
        queue.drain(_ -> {});
        queue.release(request(300, 1));
        Rejected rejected = rejection(queue.submit(due(100, 3_999), new TokenStream()));
        assertThat(rejected.reason()).isEqualTo(Reason.DEADLINE_UNREACHABLE);
        assertThat(rejected.message())
                .isEqualTo(
                        "the first token would come after about 4.0 s (300 prompt tokens are ahead of its 100, and 100"
                                + " are computed in a second), its deadline is 4.0 s");
        assertThat(queue.rejectedCount(Reason.DEADLINE_UNREACHABLE)).isEqualTo(1);
    }

    @Test
    void whereTheRateIsNotKnownEveryDeadlineIsTakenForReachable() {
        queue.measured(1_000_000, 0);
        assertThat(queue.submit(due(100, 1), new TokenStream())).isInstanceOf(Admitted.class);
    }

    private static GenerationRequest due(int promptTokens, long millis) {
        GenerationRequest request = request(promptTokens, 1);
        return new GenerationRequest(
                request.id(),
                request.promptTokenIds(),
                request.sampling(),
                request.stop(),
                0,
                Pooling.NONE,
                new ServiceTerms("tenant", 1, 0, millis * 1_000_000, CacheSalt.NONE));
    }

    private Admission submit(int promptTokens, int outputTokensMax) {
        return queue.submit(request(promptTokens, outputTokensMax), new TokenStream());
    }

    private static GenerationRequest request(int promptTokens, int outputTokensMax) {
        StopConditions stop = new StopConditions(outputTokensMax, List.of(), Set.of(), Set.of(), false);
        return new GenerationRequest("request", new int[promptTokens], SamplingParams.greedy(), stop);
    }

    private static Rejected rejection(Admission admission) {
        return (Rejected) admission;
    }
}
