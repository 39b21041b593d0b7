package dev.weir.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.control.completion.AnswerWitness.Hearing;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Demand;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.ServedExchange;
import dev.weir.control.completion.Share;
import dev.weir.control.evaluation.live.LiveAnswers;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;

/** Plays answers, as streams, to the one who listens. */
record LiveAnswersScene(LiveAnswers witness) {
    void answered(String callId, String question, String answer) {
        String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + question + "\"}]}";
        CompletionRequest request = new CompletionRequest(
                callId,
                new Share("t", 1),
                Endpoint.CHAT_COMPLETIONS,
                "m",
                true,
                new Demand(10, OptionalLong.empty(), 1),
                false,
                new JsonBody(body.getBytes(UTF_8)),
                Map.of());
        Hearing hearing = witness.of(new ServedExchange(callId, "t", null, request, null, Instant.EPOCH))
                .orElseThrow();
        for (String word : answer.split(" ", -1)) {
            hearing.piece(("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\" " + word + "\"}}]}\n\n")
                    .getBytes(UTF_8));
        }
        hearing.piece("data: [DONE]\n\n".getBytes(UTF_8));
        hearing.over(true);
    }
}
