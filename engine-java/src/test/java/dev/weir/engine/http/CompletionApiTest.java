package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Text completions over a real engine with a tiny model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CompletionApiTest {

    private static final String PATH = "/v1/completions";

    private final TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA);
    private final ApiClient client = new ApiClient(engine);

    @BeforeAll
    void engineIsReady() {
        assertThat(client.get("/ready").status()).isEqualTo(200);
    }

    @AfterAll
    void close() {
        client.close();
        engine.close();
    }

    private static String request(String fields) {
        return "{\"model\":\"tiny-llama\",\"prompt\":[5,6,7],\"max_tokens\":8,\"ignore_eos\":true" + fields + "}";
    }

    @Test
    void wholeAnswerHasTextReasonAndUsage() {
        JsonNode answer = client.post(PATH, request(",\"seed\":7")).json();
        assertThat(answer.path("object").asString()).isEqualTo("text_completion");
        assertThat(answer.path("id").asString()).startsWith("cmpl-");
        assertThat(answer.path("created").asLong()).isEqualTo(TestEngine.NOW.getEpochSecond());
        assertThat(answer.path("model").asString()).isEqualTo("tiny-llama");
        JsonNode choice = answer.path("choices").path(0);
        assertThat(choice.path("index").asInt()).isZero();
        assertThat(choice.path("finish_reason").asString()).isEqualTo("length");
        assertThat(choice.path("logprobs").isNull()).isTrue();
        assertThat(choice.has("token_ids")).isFalse();
        assertThat(answer.path("usage").path("prompt_tokens").asInt()).isEqualTo(3);
        assertThat(answer.path("usage").path("completion_tokens").asInt()).isEqualTo(8);
        assertThat(answer.path("usage").path("total_tokens").asInt()).isEqualTo(11);
    }

    @Test
    void seedRepeatsTheAnswer() {
        String request = request(",\"seed\":-12345678901234,\"return_token_ids\":true");
        assertThat(ids(client.post(PATH, request).json(), 0))
                .hasSize(8)
                .isEqualTo(ids(client.post(PATH, request).json(), 0));
    }

    @Test
    void answersWithoutSeedDiffer() {
        String request = request(",\"return_token_ids\":true");
        assertThat(ids(client.post(PATH, request).json(), 0))
                .isNotEqualTo(ids(client.post(PATH, request).json(), 0));
    }

    @Test
    void streamTellsTheSameAsTheWhole() {
        String fields = ",\"seed\":7,\"return_token_ids\":true,\"logprobs\":2";
        JsonNode whole = client.post(PATH, request(fields)).json();
        List<JsonNode> chunks = client.stream(PATH, request(fields + ",\"stream\":true"));
        assertThat(joined(chunks, "text"))
                .isEqualTo(whole.path("choices").path(0).path("text").asString());
        List<Integer> ids = new ArrayList<>();
        List<Double> logprobs = new ArrayList<>();
        List<Integer> offsets = new ArrayList<>();
        for (JsonNode chunk : chunks) {
            JsonNode choice = chunk.path("choices").path(0);
            choice.path("token_ids").forEach(id -> ids.add(id.asInt()));
            choice.path("logprobs").path("token_logprobs").forEach(logprob -> logprobs.add(logprob.asDouble()));
            choice.path("logprobs").path("text_offset").forEach(offset -> offsets.add(offset.asInt()));
            assertThat(chunk.has("usage")).isFalse();
        }
        assertThat(ids).isEqualTo(ids(whole, 0));
        JsonNode wholeLogprobs = whole.path("choices").path(0).path("logprobs");
        assertThat(logprobs)
                .isEqualTo(wholeLogprobs
                        .path("token_logprobs")
                        .valueStream()
                        .map(JsonNode::asDouble)
                        .toList());
        assertThat(offsets)
                .isEqualTo(wholeLogprobs
                        .path("text_offset")
                        .valueStream()
                        .map(JsonNode::asInt)
                        .toList());
        assertThat(chunks.getFirst()
                        .path("choices")
                        .path(0)
                        .path("prompt_token_ids")
                        .toString())
                .isEqualTo("[5,6,7]");
        assertThat(chunks.getLast()
                        .path("choices")
                        .path(0)
                        .path("finish_reason")
                        .asString())
                .isEqualTo("length");
    }

    @Test
    void usageComesInAChunkOfItsOwn() {
        List<JsonNode> chunks =
                client.stream(PATH, request(",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
        assertThat(chunks.subList(0, chunks.size() - 1))
                .allSatisfy(chunk -> assertThat(chunk.path("usage").isNull()).isTrue());
        JsonNode last = chunks.getLast();
        assertThat(last.path("choices").isArray()).isTrue();
        assertThat(last.path("choices").size()).isZero();
        assertThat(last.path("usage").path("completion_tokens").asInt()).isEqualTo(8);
    }

    @Test
    void continuousUsageStandsInEveryChunk() {
        List<JsonNode> chunks = client.stream(
                PATH,
                request(",\"stream\":true,\"stream_options\":{\"include_usage\":true,"
                        + "\"continuous_usage_stats\":true}"));
        assertThat(chunks)
                .allSatisfy(chunk -> assertThat(
                                chunk.path("usage").path("prompt_tokens").asInt())
                        .isEqualTo(3));
    }

    @Test
    void choicesHaveSeedsOfTheirOwnAndTheFirstHasTheCallers() {
        String fields = ",\"seed\":7,\"return_token_ids\":true";
        JsonNode one = client.post(PATH, request(fields)).json();
        JsonNode three = client.post(PATH, request(fields + ",\"n\":3")).json();
        assertThat(three.path("choices").size()).isEqualTo(3);
        assertThat(ids(three, 0)).isEqualTo(ids(one, 0));
        assertThat(ids(three, 1)).isNotEqualTo(ids(three, 0)).isNotEqualTo(ids(three, 2));
        assertThat(three.path("usage").path("prompt_tokens").asInt()).isEqualTo(3);
        assertThat(three.path("usage").path("completion_tokens").asInt()).isEqualTo(24);
    }

    @Test
    void streamOfSeveralChoicesEndsEachOnce() {
        List<JsonNode> chunks = client.stream(PATH, request(",\"n\":4,\"stream\":true"));
        for (int index = 0; index < 4; index++) {
            int choice = index;
            assertThat(chunks.stream()
                            .map(chunk -> chunk.path("choices").path(0))
                            .filter(json -> json.path("index").asInt() == choice
                                    && !json.path("finish_reason").isNull()))
                    .hasSize(1);
        }
    }

    @Test
    void promptsComeAsTextIdsAndListsOfEither() {
        for (String prompt : List.of("\"ab\"", "[\"ab\",\"c\"]", "[1,2]", "[[1,2],[3]]")) {
            JsonNode answer = client.post(PATH, "{\"prompt\":" + prompt + ",\"max_tokens\":2,\"ignore_eos\":true}")
                    .json();
            boolean several = prompt.startsWith("[[") || prompt.startsWith("[\"");
            assertThat(answer.path("choices").size()).as(prompt).isEqualTo(several ? 2 : 1);
            assertThat(answer.path("usage").path("prompt_tokens").asInt())
                    .as(prompt)
                    .isEqualTo(several ? 3 : 2);
        }
    }

    @Test
    void choicesOfSeveralPromptsAreNumberedPromptByPrompt() {
        String fields = "{\"prompt\":[[9,8],[5,6,7]],\"max_tokens\":4,\"ignore_eos\":true,\"seed\":7,\"n\":2,"
                + "\"return_token_ids\":true}";
        JsonNode answer = client.post(PATH, fields).json();
        JsonNode alone = client.post(
                        PATH,
                        "{\"prompt\":[5,6,7],\"max_tokens\":4,\"ignore_eos\":true,\"seed\":7,\"return_token_ids\":true}")
                .json();
        assertThat(answer.path("choices").size()).isEqualTo(4);
        assertThat(ids(answer, 2)).isEqualTo(ids(alone, 0));
        assertThat(answer.path("choices").path(3).path("prompt_token_ids").toString())
                .isEqualTo("[5,6,7]");
    }

    @Test
    void stopStringEndsTheAnswerAndIsNotPartOfIt() {
        String greedy = ",\"temperature\":0";
        String text = client.post(PATH, request(greedy))
                .json()
                .path("choices")
                .path(0)
                .path("text")
                .asString();
        String stop = text.substring(2, 4);
        String before = text.substring(0, text.indexOf(stop));
        for (boolean list : new boolean[] {false, true}) {
            String quoted = jsonString(stop);
            JsonNode choice = client.post(PATH, request(greedy + ",\"stop\":" + (list ? "[" + quoted + "]" : quoted)))
                    .json()
                    .path("choices")
                    .path(0);
            assertThat(choice.path("text").asString()).isEqualTo(before);
            assertThat(choice.path("finish_reason").asString()).isEqualTo("stop");
            assertThat(choice.path("stop_reason").asString()).isEqualTo(stop);
        }
    }

    @Test
    void stopTokenEndsTheAnswerEvenWhereEosIsIgnored() {
        String greedy = ",\"temperature\":0,\"return_token_ids\":true";
        int third = ids(client.post(PATH, request(greedy)).json(), 0).get(2);
        JsonNode stopped = client.post(PATH, request(greedy + ",\"stop_token_ids\":[" + third + "]"))
                .json();
        assertThat(stopped.path("choices").path(0).path("finish_reason").asString())
                .isEqualTo("stop");
        assertThat(stopped.path("usage").path("completion_tokens").asInt()).isLessThanOrEqualTo(3);
    }

    @Test
    void logprobsHaveTheFourParallelLists() {
        JsonNode logprobs = client.post(PATH, request(",\"temperature\":0,\"logprobs\":3"))
                .json()
                .path("choices")
                .path(0)
                .path("logprobs");
        assertThat(logprobs.path("tokens").size()).isEqualTo(8);
        assertThat(logprobs.path("token_logprobs").size()).isEqualTo(8);
        assertThat(logprobs.path("text_offset").path(0).asInt()).isZero();
        JsonNode top = logprobs.path("top_logprobs").path(0);
        assertThat(top.size()).isBetween(1, 4);
        assertThat(top.path(logprobs.path("tokens").path(0).asString()).asDouble())
                .isEqualTo(logprobs.path("token_logprobs").path(0).asDouble());
    }

    @Test
    void nullFieldsCountAsAbsent() {
        assertThat(client.post(
                                PATH,
                                request(",\"stream_options\":null,\"stop\":null,\"n\":null,\"logprobs\":null,"
                                        + "\"temperature\":null,\"logit_bias\":null,\"user\":\"me\",\"store\":true"))
                        .status())
                .isEqualTo(200);
    }

    private static String joined(List<JsonNode> chunks, String field) {
        return chunks.stream()
                .map(chunk -> chunk.path("choices").path(0).path(field).asString())
                .collect(Collectors.joining());
    }

    private static List<Integer> ids(JsonNode answer, int index) {
        return answer.path("choices")
                .path(index)
                .path("token_ids")
                .valueStream()
                .map(JsonNode::asInt)
                .toList();
    }

    private static String jsonString(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }
}
