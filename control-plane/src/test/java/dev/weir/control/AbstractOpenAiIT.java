package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.OpenAiClient.Answer;
import dev.weir.control.ServedModels.Door;
import dev.weir.control.ServedModels.Running;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What OpenAI's own clients can ask for beside what all can. */
abstract class AbstractOpenAiIT extends AbstractClientIT {
    private final Running weir;

    AbstractOpenAiIT(Running weir) {
        super(weir);
        this.weir = weir;
    }

    @Override
    abstract ResponsesClient open(String baseUrl, String apiKey);

    @ParameterizedTest
    @EnumSource
    void aResponseIsTheAnswerOfAChatAndStreamsInPieces(Door door) {
        try (ResponsesClient client = open(weir.base(door).toString(), weir.key(door))) {
            Answer answer = client.respond(QUESTION);
            assertThat(answer).isEqualTo(client.chat(QUESTION));
            StringBuilder pieces = new StringBuilder();
            assertThat(client.streamResponse(QUESTION, pieces::append)).isEqualTo(answer);
            assertThat(pieces).hasToString(answer.text());
        }
    }
}
