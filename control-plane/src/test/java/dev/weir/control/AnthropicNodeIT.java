package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.ServedModels.Door;
import dev.weir.control.ServedModels.Running;
import java.io.IOException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Anthropic's own Node client, before the control plane, which alone knows its words, and a model that runs. */
@ExtendWith(ServedModels.class)
class AnthropicNodeIT {
    private static final String QUESTION = AbstractClientIT.QUESTION;

    private static NodeProgram anthropic;

    @BeforeAll
    static void start(Running weir) throws IOException, InterruptedException {
        NodeProgram.install();
        anthropic = new NodeProgram(
                "anthropic.mjs",
                weir.base(Door.CONTROL_PLANE).resolve("/").toString(),
                weir.key(Door.CONTROL_PLANE),
                ServedModels.MODEL,
                Integer.toString(AbstractClientIT.MAX_TOKENS));
    }

    @AfterAll
    static void stop() {
        if (anthropic != null) {
            anthropic.close();
        }
    }

    @Test
    void aStreamIsTheAnswerInPieces() {
        JsonNode answer = anthropic.tell("chat", QUESTION);
        assertThat(answer.path("text").asString()).contains("ferries");
        assertThat(answer.path("completionTokens").asLong()).isPositive();
        JsonNode streamed = anthropic.tell("stream", QUESTION);
        assertThat(streamed.path("answer")).isEqualTo(answer);
        assertThat(streamed.path("pieces").valueStream().map(JsonNode::asString).collect(Collectors.joining()))
                .isEqualTo(answer.path("text").asString());
    }

    @Test
    void aCallThatIsDemandedIsMade() {
        OpenAiClient.Tool tool = new OpenAiClient.Tool("book_ferry", "Books a crossing", """
                {"type": "object", "properties": {"passengers": {"type": "integer", "minimum": 1, "maximum": 9}},
                 "required": ["passengers"], "additionalProperties": false}""");
        JsonNode call = anthropic.tell("call", QUESTION, tool);
        assertThat(call.path("name").asString()).isEqualTo("book_ferry");
        assertThat(call.path("id").asString()).isNotBlank();
        assertThat(call.path("reason").asString()).isEqualTo("tool_use");
        JsonNode arguments = JsonMapper.shared().readTree(call.path("arguments").asString());
        assertThat(arguments.path("passengers").asInt()).isBetween(1, 9);
        assertThat(anthropic.tell("streamedCall", QUESTION, tool).path("arguments"))
                .isEqualTo(call.path("arguments"));
    }

    @Test
    void tokensAreCountedAsTheyAreCharged() {
        assertThat(anthropic.tell("count", QUESTION).asLong())
                .isEqualTo(anthropic.tell("chat", QUESTION).path("promptTokens").asLong());
    }

    @Test
    void aRefusalIsOfItsKind() {
        JsonNode refusal = anthropic.tell("refusal", "nobody-has-it");
        assertThat(refusal.path("name").asString()).isEqualTo("NotFoundError");
        assertThat(refusal.path("status").asInt()).isEqualTo(404);
        assertThat(refusal.path("type").asString()).isEqualTo("not_found_error");
    }
}
