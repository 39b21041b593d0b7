package dev.weir.control.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.guard.PersonalKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Wherever an answer has text, personal data is taken out of it. */
class AnswerGuardTest {
    private final AnswerGuard guard = new AnswerGuard(EnumSet.of(PersonalKind.EMAIL));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'content':'?'}",
                "{'reasoning_content':'?'}",
                "{'reasoning':'?'}",
                "{'refusal':'?'}",
                "{'function_call':{'name':'f','arguments':'?'}}",
                "{'tool_calls':[{'index':0,'function':{'arguments':'?'}}]}"
            })
    void aWholeAnswerAndAStreamAreRedactedInEveryField(String text) {
        String whole = "{\"choices\":[{\"index\":0,\"message\":" + said(text, "Ask anna@example.org.") + "}]}";
        assertThat(new String(guard.whole(whole.getBytes(UTF_8)), UTF_8))
                .isEqualTo(whole.replace("anna@example.org", "[EMAIL]"));

        AnswerGuard streamed = new AnswerGuard(EnumSet.of(PersonalKind.EMAIL));
        StringBuilder told = new StringBuilder();
        StringBuilder events = new StringBuilder();
        for (String piece : List.of("Ask anna", "@exam", "ple.org or", " anna@example.org")) {
            String event =
                    new String(streamed.events(chunk(said(text, piece), "null").getBytes(UTF_8)), UTF_8);
            events.append(event);
            told.append(textOf(event));
        }
        String last = new String(streamed.events(chunk("{}", "\"stop\"").getBytes(UTF_8)), UTF_8);
        assertThat(events.append(last)).doesNotContain("anna", "ple.org");
        assertThat(told.append(textOf(last))).hasToString("Ask [EMAIL] or [EMAIL]");
        assertThat(streamed.counts()).isEqualTo(Map.of(PersonalKind.EMAIL, 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"delta\":{\"content\":\"Ask anna\"},", "\"text\":\"Ask anna\","})
    void whatIsHeldBackComesWithAnEndThatSaysNothingElse(String piece) {
        String begun = "data: {\"choices\":[{\"index\":0," + piece + "\"finish_reason\":null}]}\n\n";
        assertThat(new String(guard.events(begun.getBytes(UTF_8)), UTF_8)).doesNotContain("anna");
        String over = "data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}\n\n";
        assertThat(new String(guard.events(over.getBytes(UTF_8)), UTF_8)).contains("anna");
        assertThat(new String(new AnswerGuard(EnumSet.of(PersonalKind.EMAIL)).events(over.getBytes(UTF_8)), UTF_8))
                .doesNotContain("delta", "text");
    }

    @Test
    void whatHasNoCallGetsNone() {
        String event = chunk("{\"content\":\"Hello there. \"}", "null");
        assertThat(new String(guard.events(event.getBytes(UTF_8)), UTF_8)).doesNotContain("function_call", "reasoning");
        String last = chunk("{}", "\"stop\"");
        assertThat(new String(guard.events(last.getBytes(UTF_8)), UTF_8)).doesNotContain("function_call", "reasoning");
    }

    private static String said(String text, String piece) {
        return text.replace('\'', '"').replace("?", piece);
    }

    private static String chunk(String delta, String finish) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + finish + "}]}\n\n";
    }

    /** Whatever text its delta has. */
    private static String textOf(String event) {
        JsonNode delta = JsonMapper.shared()
                .readTree(event.substring("data:".length()))
                .path("choices")
                .path(0)
                .path("delta");
        StringBuilder text = new StringBuilder();
        for (String field : List.of("content", "reasoning_content", "reasoning", "refusal")) {
            text.append(delta.path(field).asString(""));
        }
        return text.append(delta.path("function_call").path("arguments").asString(""))
                .append(delta.path("tool_calls")
                        .path(0)
                        .path("function")
                        .path("arguments")
                        .asString(""))
                .toString();
    }
}
