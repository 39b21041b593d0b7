package dev.weir.control.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Demand;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.Share;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is the same question, and what is another. */
class CacheKeyTest {
    private static final String BASE =
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"temperature\":0}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                " { \"temperature\" : 0.0, \"messages\":[{\"content\":\"H\\u0069\",\"role\":\"user\"}] ,\"model\":\"m\"} ",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"temperature\":0e3,\"user\":\"ann\","
                        + "\"metadata\":{\"a\":1},\"seed\":null,\"prompt_cache_key\":\"k\",\"max_latency_ms\":5}",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"temperature\":0,"
                        + "\"stream_options\":{\"include_usage\":true}}"
            })
    void theSameRequestWrittenOtherwiseHasTheSameKey(String body) {
        assertThat(key("t", body)).isEqualTo(key("t", BASE));
    }

    @Test
    void everyFieldThatCanChangeAnAnswerChangesTheKey() {
        List<String> others = List.of(
                BASE,
                BASE.replace("Hi", "hi"),
                BASE.replace("user", "system"),
                BASE.replace("\"temperature\":0", "\"temperature\":0.1"),
                BASE.replace("\"temperature\":0", "\"temperature\":\"0\""),
                BASE.replace("\"temperature\":0", "\"temperature\":0,\"seed\":1"),
                BASE.replace("\"temperature\":0", "\"temperature\":0,\"seed\":2"),
                BASE.replace("\"temperature\":0", "\"temperature\":0,\"max_tokens\":5"),
                BASE.replace("\"temperature\":0", "\"temperature\":0,\"n\":2"),
                BASE.replace("\"temperature\":0", "\"temperature\":0,\"stop\":\"x\""),
                BASE.replace("\"temperature\":0", "\"temperature\":0,\"stop\":[\"x\"]"),
                BASE.replace("\"temperature\":0", "\"temperature\":0,\"response_format\":{\"type\":\"json_object\"}"),
                BASE.replace("\"temperature\":0", "\"temperature\":0,\"tools\":[]"),
                BASE.replace("\"temperature\":0", "\"temperature\":0,\"logprobs\":true"),
                BASE.replace("\"temperature\":0", "\"temperature\":0,\"a_field_of_next_year\":true"),
                BASE.replace("\"temperature\":0", "\"temperature\":0,\"stream_options\":{\"continuous\":true}"),
                BASE.replace("}]", "},{\"role\":\"user\",\"content\":\"\"}]"));
        Set<CacheKey> keys = new HashSet<>();
        others.forEach(body -> assertThat(keys.add(key("t", body))).as(body).isTrue());
        CompletionRequest request = request("t", BASE);
        assertThat(keys.add(key(request.withModel("other", request.body())))).isTrue();
    }

    @Test
    void aTenantsKeyIsNobodyElses() {
        assertThat(key("one", BASE)).isNotEqualTo(key("two", BASE));
        assertThat(key("one", BASE).digest()).isNotEqualTo(key("two", BASE).digest());
    }

    @Test
    void aStreamAndAWholeAnswerAreTwoAnswers() {
        assertThat(key(request("t", BASE, true))).isNotEqualTo(key("t", BASE));
    }

    @Test
    void answersOutOfWhichSomethingElseIsTakenAreOthers() {
        CompletionRequest request = request("t", BASE);
        Set<CacheKey> keys = new HashSet<>();
        for (String takenOut : List.of("", "email", "email,card")) {
            Question question = Question.of(request, takenOut).orElseThrow();
            assertThat(keys.add(question.key())).as(takenOut).isTrue();
        }
    }

    @Test
    void whatRunsTogetherAsTextIsStillTwoValues() {
        String apart = BASE.replace("\"Hi\"", "[\"a\",\"bc\"]");
        String together = BASE.replace("\"Hi\"", "[\"ab\",\"c\"]");
        assertThat(key("t", apart)).isNotEqualTo(key("t", together));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0 seed none",
                "none seed 7",
                "1.4 seed 7",
            })
    void aSettledRequestIsOneThatGivesTheSameAnswerEveryTime(String asked) {
        assertThat(isSettled(asked)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none seed none", "0.7 seed none"})
    void withoutTemperatureZeroOrASeedNothingIsSettled(String asked) {
        assertThat(isSettled(asked)).isFalse();
    }

    private static boolean isSettled(String asked) {
        String[] words = asked.split(" ", -1);
        StringBuilder body = new StringBuilder("{\"messages\":[]");
        Map.of("temperature", words[0], "seed", words[2])
                .forEach((name, value) -> body.append(value.equals("none") ? "" : ",\"" + name + "\":" + value));
        return Question.of(request("t", body + "}"), "").orElseThrow().isSettled(0);
    }

    private static CacheKey key(String tenant, String body) {
        return key(request(tenant, body));
    }

    private static CacheKey key(CompletionRequest request) {
        return Question.of(request, "").orElseThrow().key();
    }

    private static CompletionRequest request(String tenant, String body) {
        return request(tenant, body, false);
    }

    private static CompletionRequest request(String tenant, String body, boolean stream) {
        return new CompletionRequest(
                "id",
                new Share(tenant, 1),
                Endpoint.CHAT_COMPLETIONS,
                "m",
                stream,
                new Demand(body.length(), OptionalLong.empty(), 1),
                false,
                new JsonBody(body.getBytes(UTF_8)),
                Map.of());
    }
}
