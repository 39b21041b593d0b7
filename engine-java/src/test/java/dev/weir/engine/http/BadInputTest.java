package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.http.ApiClient.Answer;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Every refusal names the field, says why, and comes in OpenAI's envelope with the right status. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {

    private static final String COMPLETIONS = "/v1/completions";

    private final TestEngine engine =
            TestEngine.start(HttpLimits.defaults(), OptionalLong.of(64 << 10), TestModels.TINY_LLAMA);
    private final ApiClient client = new ApiClient(engine);

    @AfterAll
    void close() {
        client.close();
        engine.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "temperature":-1                      | temperature       | in [0, 2]
            "temperature":2.5                     | temperature       | in [0, 2]
            "temperature":1e999                   | temperature       | in [0, 2]
            "temperature":"hot"                   | temperature       | must be a number
            "top_p":0                             | top_p             | above 0
            "top_p":1.1                           | top_p             | in [0, 1]
            "min_p":1                             | min_p             | below 1
            "top_k":-2                            | top_k             | at least -1
            "top_k":1.5                           | top_k             | must be an integer
            "max_tokens":0                        | max_tokens        | at least 1
            "max_tokens":-5                       | max_tokens        | at least 1
            "max_tokens":99999999999999999999     | max_tokens        | at most 2147483647
            "max_completion_tokens":0             | max_completion_tokens | at least 1
            "stop":"\\ud800"                      | stop              | whole characters
            "stop_token_ids":[99999999]           | stop_token_ids    | vocabulary ends at
            "n":0                                 | n                 | in [1, 16]
            "n":17                                | n                 | in [1, 16]
            "seed":1e3                            | seed              | must be an integer
            "seed":9223372036854775808            | seed              | must be
            "stop":[""]                           | stop              | empty
            "stop":""                             | stop              | empty
            "stop":[1]                            | stop              | strings
            "stop":["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p","q"] | stop | limit is 16
            "stop_token_ids":[-1]                 | stop_token_ids    | at least 0
            "stop_token_ids":7                    | stop_token_ids    | list
            "logprobs":21                         | logprobs          | in [0, 20]
            "logprobs":true                       | logprobs          | integer
            "stream":"yes"                        | stream            | true or false
            "stream_options":{}                   | stream_options    | only allowed with stream
            "ignore_eos":1                        | ignore_eos        | true or false
            "prompt":7                            | prompt            | must be a string
            "prompt":[]                           | prompt            | at least one token
            "prompt":""                           | prompt            | at least one token
            "prompt":[[1],[]]                     | prompt            | at least one token
            "prompt":[1,-2]                       | prompt            | at least 0
            "prompt":[1,297]                      | prompt            | ids 0 to 296
            "prompt":[1,"a"]                      | prompt            | must be an integer
            "best_of":3                           | best_of           | not supported
            "best_of":1.0                         | best_of           | not supported
            "suffix":"x"                          | suffix            | not supported
            "response_format":{"type":"xml"}      | response_format.type | must be text, json_object or json_schema
            "response_format":{"type":"json_schema"} | response_format | needs a json_schema
            "response_format":{"type":"json_schema","json_schema":{"schema":{"not":{}}}} | response_format.json_schema.schema | "not" at # is not supported
            "response_format":{"type":"json_object"},"guided_regex":"a" | response_format | cannot be combined with guided_regex
            "ignore_eos":true,"guided_regex":"a"  | ignore_eos        | cannot be combined with guided_regex
            "tools":[{}]                          | tools             | not supported here: use /v1/chat/completions
            "tool_choice":"required"              | tool_choice       | not supported here: use /v1/chat/completions
            "skip_special_tokens":0               | skip_special_tokens | true or false
            "structured_outputs":{"regex":"a"}    | structured_outputs | not supported
            "guided_json":[]                      | guided_json       | must be a JSON Schema
            "guided_json":"{"                     | guided_json       | is no JSON
            "guided_regex":"(?=a)b"               | guided_regex      | look-ahead
            "guided_regex":7                      | guided_regex      | must be a string
            "guided_choice":[]                    | guided_choice     | must be a list of texts
            "guided_grammar":"root ::= x"         | guided_grammar    | "x" is not defined
            """)
    void fieldIsRefusedByItsName(String field, String param, String reason) {
        String prompt = field.startsWith("\"prompt\"") ? "" : "\"prompt\":[1],";
        String tokens = field.startsWith("\"max_tokens\"") ? "" : ",\"max_tokens\":2";
        Answer answer = client.post(COMPLETIONS, "{" + prompt + field + tokens + "}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asString()).isEqualTo(param);
        assertThat(answer.error().path("message").asString()).startsWith(param).contains(reason);
        assertThat(answer.error().path("type").asString()).isEqualTo("invalid_request_error");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"prompt":          | not valid JSON
            {"prompt":[1]} {}   | not valid JSON
            {"n":1,"n":2}       | not valid JSON
            [1,2]               | must be a JSON object
            {}                  | prompt is missing
            {'a':1}             | not valid JSON
            """)
    void bodyThatIsNoJsonObjectIsRefused(String body, String reason) {
        Answer answer = client.post(COMPLETIONS, body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("message").asString()).contains(reason);
    }

    @Test
    void emptyBodyIsRefused() {
        assertThat(client.post(COMPLETIONS, "").error().path("message").asString())
                .contains("no body");
    }

    @Test
    void jsonNestedTooDeepIsRefused() {
        Answer answer = client.post(COMPLETIONS, "{\"prompt\":" + "[".repeat(100_000));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("message").asString()).contains("nest");
    }

    @Test
    void unknownModelIsNotFound() {
        Answer answer = client.post(COMPLETIONS, "{\"model\":\"gpt-9\",\"prompt\":[1]}");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.error().path("code").asString()).isEqualTo("model_not_found");
        assertThat(answer.error().path("message").asString()).contains("gpt-9").contains("tiny-llama");
    }

    @Test
    void promptLongerThanTheContextIsRefusedWithTheNumbers() {
        String prompt = "1,".repeat(600) + "1";
        Answer answer = client.post(COMPLETIONS, "{\"prompt\":[" + prompt + "]}");
        assertThat(answer.status()).isEqualTo(400);
        JsonNode error = answer.error();
        assertThat(error.path("code").asString()).isEqualTo("context_length_exceeded");
        assertThat(error.path("param").asString()).isEqualTo("prompt");
        assertThat(error.path("message").asString()).contains("601");
    }

    @Test
    void tooManyPromptsAreRefused() {
        Answer answer = client.post(COMPLETIONS, "{\"prompt\":[" + "[1],".repeat(64) + "[1]]}");
        assertThat(answer.error().path("message").asString()).contains("65").contains("64");
    }

    @Test
    void promptsTimesChoicesHaveALimit() {
        Answer answer = client.post(COMPLETIONS, "{\"n\":16,\"prompt\":[" + "[1],".repeat(8) + "[1]]}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("message").asString()).contains("144").contains("128");
    }

    @Test
    void unknownPathAndWrongMethodAreToldApart() {
        assertThat(client.get("/v1/nothing").status()).isEqualTo(404);
        Answer wrong = client.get(COMPLETIONS);
        assertThat(wrong.status()).isEqualTo(405);
        assertThat(wrong.error().path("message").asString()).contains("POST");
        assertThat(client.get("/v1/models/unknown").error().path("code").asString())
                .isEqualTo("model_not_found");
    }

    @Test
    void refusedSequencesLeaveNothingBehind() {
        // The second prompt is refused after the first was admitted: all or none.
        assertThat(client.post(COMPLETIONS, "{\"max_tokens\":400,\"prompt\":[[1],[999]]}")
                        .status())
                .isEqualTo(400);
        assertThat(client.post(COMPLETIONS, "{\"max_tokens\":2,\"prompt\":[1]}").status())
                .isEqualTo(200);
        assertThat(engine.ownedBlocks()).isZero();
    }
}
