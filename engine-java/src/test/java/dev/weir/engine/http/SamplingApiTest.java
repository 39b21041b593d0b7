package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.http.ApiClient.Answer;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What changes likelihoods and what tells them, over a real engine with a tiny model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SamplingApiTest {

    private static final String TEXT = "/v1/completions";
    private static final String CHAT = "/v1/chat/completions";
    private static final int EOS = 296;

    private final TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA);
    private final ApiClient client = new ApiClient(engine);

    @AfterAll
    void close() {
        client.close();
        engine.close();
    }

    private static ObjectNode request(String more) {
        return JsonMapper.shared()
                .readTree("{\"prompt\":[65,66,67,68],\"max_tokens\":8,\"temperature\":0,\"return_token_ids\":true"
                        + more + "}")
                .asObject();
    }

    private JsonNode answer(ObjectNode request) {
        Answer answer = client.post(TEXT, request.toString());
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        return answer.json();
    }

    private JsonNode choice(ObjectNode request) {
        return answer(request).path("choices").path(0);
    }

    private List<Integer> ids(String more) {
        return ids(choice(request(more)));
    }

    private static List<Integer> ids(JsonNode choice) {
        return choice.path("token_ids").valueStream().map(JsonNode::asInt).toList();
    }

    private static List<Double> numbers(JsonNode list) {
        return list.valueStream().map(JsonNode::asDouble).toList();
    }

    @Test
    void aBiasMakesATokenCertainOrImpossible() {
        assertThat(ids(",\"ignore_eos\":true,\"logit_bias\":{\"70\":100}"))
                .hasSize(8)
                .containsOnly(70);
        int first = ids(",\"ignore_eos\":true").getFirst();
        assertThat(ids(",\"ignore_eos\":true,\"logit_bias\":{\"" + first + "\":-100}"))
                .doesNotContain(first);
    }

    @Test
    void penaltiesKeepTheModelFromRepeatingItself() {
        String repeats = ",\"ignore_eos\":true,\"logit_bias\":{\"70\":20,\"71\":19.5}";
        assertThat(ids(repeats)).containsOnly(70);
        assertThat(ids(repeats + ",\"presence_penalty\":2").subList(0, 2)).containsExactly(70, 71);
        assertThat(ids(repeats + ",\"frequency_penalty\":2")).startsWith(70, 71, 70, 71);
        String prompt = ",\"ignore_eos\":true,\"logit_bias\":{\"65\":20,\"71\":19.5}";
        assertThat(ids(prompt + ",\"presence_penalty\":2")).startsWith(65); // what only the prompt has is not punished
    }

    @Test
    void repetitionIsThatOfThePromptToo() {
        String biased = ",\"logit_bias\":{\"68\":8},\"logprobs\":0";
        double plain = firstLogprob(biased);
        assertThat(firstLogprob(biased + ",\"repetition_penalty\":1.0")).isEqualTo(plain);
        assertThat(firstLogprob(biased + ",\"repetition_penalty\":2")).isNotEqualTo(plain);
    }

    private double firstLogprob(String more) {
        JsonNode choice = choice(request(more));
        assertThat(ids(choice)).startsWith(68);
        return choice.path("logprobs").path("token_logprobs").path(0).asDouble();
    }

    @Test
    void nothingEndsAnAnswerBeforeItsLeastTokens() {
        String ends = ",\"logit_bias\":{\"" + EOS + "\":100}";
        assertThat(ids(ends)).containsExactly(EOS);
        assertThat(ids(ends + ",\"min_tokens\":4")).hasSize(5).endsWith(EOS);
        int stop = ids(",\"ignore_eos\":true").get(1);
        assertThat(ids(",\"ignore_eos\":true,\"stop_token_ids\":[" + stop + "],\"min_tokens\":8"))
                .hasSize(8);
    }

    @Test
    void anEchoedPromptIsScoredAsItWouldBeDrawn() {
        JsonNode drawn = choice(request(",\"ignore_eos\":true,\"logprobs\":2"));
        ObjectNode request = request(",\"echo\":true,\"logprobs\":2").put("max_tokens", 0);
        ids(drawn).forEach(id -> request.withArray("prompt").add(id));
        JsonNode answer = answer(request);
        JsonNode echoed = answer.path("choices").path(0);
        assertThat(echoed.path("finish_reason").asString()).isEqualTo("length");
        assertThat(ids(echoed)).isEmpty();
        assertThat(answer.path("usage").path("completion_tokens").asInt()).isZero();
        JsonNode logprobs = echoed.path("logprobs");
        assertThat(logprobs.path("token_logprobs").path(0).isNull()).isTrue();
        assertThat(logprobs.path("top_logprobs").path(0).isNull()).isTrue();
        List<Double> scores = numbers(logprobs.path("token_logprobs"));
        assertThat(scores.subList(4, 12))
                .isEqualTo(numbers(drawn.path("logprobs").path("token_logprobs")));
        assertThat(logprobs.path("tokens").size()).isEqualTo(12);
        assertThat(logprobs.path("text_offset").path(1).asInt())
                .isEqualTo(logprobs.path("tokens").path(0).asString().length());
        assertThat(echoed.path("text").asString()).endsWith(drawn.path("text").asString());
        assertThat(engine.ownedBlocks()).isZero();
    }

    @Test
    void anEchoIsStreamedAsItIsTold() {
        for (String logprobs : List.of("", ",\"logprobs\":1")) {
            ObjectNode request = request(",\"echo\":true,\"ignore_eos\":true" + logprobs);
            JsonNode whole = choice(request);
            List<JsonNode> chunks =
                    client.stream(TEXT, request.put("stream", true).toString());
            assertThat(chunks.stream()
                            .map(chunk ->
                                    chunk.path("choices").path(0).path("text").asString())
                            .collect(Collectors.joining()))
                    .isEqualTo(whole.path("text").asString());
            assertThat(chunks.stream()
                            .flatMap(chunk -> chunk.path("choices")
                                    .path(0)
                                    .path("logprobs")
                                    .path("tokens")
                                    .valueStream())
                            .map(JsonNode::asString)
                            .toList())
                    .isEqualTo(whole.path("logprobs")
                            .path("tokens")
                            .valueStream()
                            .map(JsonNode::asString)
                            .toList());
        }
    }

    @Test
    void promptLogprobsStandBesideTheAnswer() {
        JsonNode prompt = choice(request(",\"prompt_logprobs\":2")).path("prompt_logprobs");
        assertThat(prompt.size()).isEqualTo(4);
        assertThat(prompt.path(0).isNull()).isTrue();
        JsonNode second = prompt.path(1).path("66");
        assertThat(second.path("logprob").isNumber()).isTrue();
        assertThat(second.path("decoded_token").isString()).isTrue();
        assertThat(prompt.path(1).size()).isBetween(2, 3);
        assertThat(prompt.path(1)
                        .valueStream()
                        .map(token -> token.path("rank").asInt(0))
                        .toList())
                .contains(1, 2);
        JsonNode chat = client.post(CHAT, """
                        {"messages":[{"role":"user","content":"x"}],"max_tokens":1,"prompt_logprobs":0}""").json();
        assertThat(chat.path("prompt_logprobs").size())
                .isEqualTo(chat.path("usage").path("prompt_tokens").asInt());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "presence_penalty":2.1                | presence_penalty  | must be in [-2, 2]
            "frequency_penalty":"1"               | frequency_penalty | must be a number
            "repetition_penalty":0                | repetition_penalty | must be above 0
            "repetition_penalty":3                | repetition_penalty | must be in [0, 2]
            "logit_bias":[1]                      | logit_bias        | must be an object
            "logit_bias":{"x":1}                  | logit_bias        | must have token ids
            "logit_bias":{"99999999":1}           | logit_bias        | must have token ids
            "logit_bias":{"5":101}                | logit_bias.5      | must be in [-100, 100]
            "min_tokens":-1                       | min_tokens        | at least 0
            "min_tokens":9                        | min_tokens        | must not exceed the most tokens, 8
            "prompt_logprobs":21                  | prompt_logprobs   | must be in [0, 20]
            "prompt_logprobs":1,"stream":true     | prompt_logprobs   | are not streamed
            "echo":1                              | echo              | true or false
            """)
    void whatCannotBeIsRefusedByName(String fields, String param, String reason) {
        Answer answer = client.post(TEXT, "{\"prompt\":[5],\"max_tokens\":8," + fields + "}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asString()).isEqualTo(param);
        assertThat(answer.error().path("message").asString()).contains(reason);
    }

    @Test
    void aConversationHasNoEcho() {
        Answer answer = client.post(CHAT, "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"echo\":true}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("message").asString())
                .isEqualTo("echo is not supported here: use /v1/completions");
    }
}
