package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** vLLM's return_token_ids and return_tokens_as_token_ids, at both endpoints, streamed and not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenIdsTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String TEXT = "/v1/completions";
    private static final int OUTPUT_TOKENS = 8;

    private final TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA);
    private final ApiClient client = new ApiClient(engine);

    @AfterAll
    void close() {
        client.close();
        engine.close();
    }

    private List<JsonNode> answers(String path, boolean stream, String fields) {
        String ask = path.equals(CHAT)
                ? "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"logprobs\":true,\"top_logprobs\":2"
                : "{\"prompt\":\"hello\",\"logprobs\":2";
        String request = ask + ",\"max_tokens\":" + OUTPUT_TOKENS + ",\"ignore_eos\":true,\"seed\":3" + fields;
        return stream
                ? client.stream(path, request + ",\"stream\":true}")
                : List.of(client.post(path, request + "}").json());
    }

    private static Stream<JsonNode> choices(List<JsonNode> answers) {
        return answers.stream().map(answer -> answer.path("choices").path(0));
    }

    private static List<Integer> outputIds(List<JsonNode> answers) {
        return choices(answers)
                .flatMap(choice -> choice.path("token_ids").valueStream())
                .map(JsonNode::asInt)
                .toList();
    }

    /** Of a conversation they stand in the answer, of a text in its choice. */
    private static List<JsonNode> promptIds(List<JsonNode> answers) {
        return Stream.concat(answers.stream(), choices(answers))
                .map(json -> json.path("prompt_token_ids"))
                .filter(ids -> !ids.isMissingNode())
                .toList();
    }

    /** The spellings of the chosen tokens, then of their rivals. */
    private static List<String> spellings(List<JsonNode> answers) {
        List<String> chosen = new ArrayList<>();
        List<String> rivals = new ArrayList<>();
        choices(answers).map(choice -> choice.path("logprobs")).forEach(logprobs -> {
            logprobs.path("tokens").forEach(token -> chosen.add(token.asString()));
            logprobs.path("top_logprobs").forEach(tops -> rivals.addAll(tops.propertyNames()));
            logprobs.path("content").forEach(token -> {
                chosen.add(token.path("token").asString());
                token.path("top_logprobs")
                        .forEach(rival -> rivals.add(rival.path("token").asString()));
            });
        });
        assertThat(rivals).hasSizeGreaterThanOrEqualTo(2 * OUTPUT_TOKENS).allMatch(rival -> !rival.isEmpty());
        chosen.addAll(rivals);
        return chosen;
    }

    @ParameterizedTest
    @CsvSource({CHAT + ",false", CHAT + ",true", TEXT + ",false", TEXT + ",true"})
    void idsOfPromptAndAnswerAreReturned(String path, boolean stream) {
        List<JsonNode> answers = answers(path, stream, ",\"return_token_ids\":true");
        assertThat(outputIds(answers))
                .hasSize(OUTPUT_TOKENS)
                .isEqualTo(outputIds(answers(path, false, ",\"return_token_ids\":true")));
        String prompt =
                path.equals(CHAT) ? "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]" : "\"prompt\":\"hello\"";
        assertThat(promptIds(answers))
                .containsExactly(
                        client.post("/tokenize", "{" + prompt + "}").json().path("tokens"));
    }

    @ParameterizedTest
    @CsvSource({CHAT + ",false", CHAT + ",true", TEXT + ",false", TEXT + ",true"})
    void idsAreNotReturnedUnasked(String path, boolean stream) {
        List<JsonNode> answers = answers(path, stream, "");
        assertThat(outputIds(answers)).isEmpty();
        assertThat(promptIds(answers)).isEmpty();
        assertThat(spellings(answers)).noneMatch(spelling -> spelling.startsWith("token_id:"));
    }

    @ParameterizedTest
    @CsvSource({CHAT + ",false", CHAT + ",true", TEXT + ",false", TEXT + ",true"})
    void tokensMayBeSpelledAsIds(String path, boolean stream) {
        List<JsonNode> answers =
                answers(path, stream, ",\"return_token_ids\":true,\"return_tokens_as_token_ids\":true");
        List<String> spellings = spellings(answers);
        assertThat(spellings).allMatch(spelling -> spelling.matches("token_id:\\d+"));
        assertThat(spellings.subList(0, OUTPUT_TOKENS))
                .isEqualTo(
                        outputIds(answers).stream().map(id -> "token_id:" + id).toList());
    }
}
