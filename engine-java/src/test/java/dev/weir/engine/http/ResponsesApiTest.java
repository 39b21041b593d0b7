package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.answer.AnswerParser;
import dev.weir.engine.answer.AnswerRules;
import dev.weir.engine.answer.ReasoningFormat;
import dev.weir.engine.answer.ToolFormat;
import dev.weir.engine.http.ApiClient.Answer;
import dev.weir.engine.request.TokenEvent.Token;
import dev.weir.engine.request.TokenEvent.TokenLogprobs;
import dev.weir.engine.streaming.TokenStream;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** OpenAI's responses over a real engine with a tiny model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResponsesApiTest {

    private static final String PATH = "/v1/responses";

    private final TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA);
    private final ApiClient client = new ApiClient(engine);

    @AfterAll
    void close() {
        client.close();
        engine.close();
    }

    private static String request(String more) {
        return "{\"input\":\"hello\",\"temperature\":0,\"seed\":1,\"max_output_tokens\":8" + more + "}";
    }

    private JsonNode response(String body) {
        Answer answer = client.post(PATH, body);
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        return answer.json();
    }

    private static String text(JsonNode response) {
        return response.path("output")
                .path(0)
                .path("content")
                .path(0)
                .path("text")
                .asString();
    }

    @Test
    void aResponseSaysWhatAChatSays() {
        JsonNode response = response(request(",\"ignore_eos\":true,\"metadata\":{\"a\":\"b\"}"));
        JsonNode chat = client.post("/v1/chat/completions", """
                        {"messages":[{"role":"user","content":"hello"}],"temperature":0,"seed":1,"max_tokens":8,"ignore_eos":true}""").json();
        assertThat(text(response))
                .isEqualTo(chat.path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .asString());
        assertThat(response.path("id").asString()).startsWith("resp_");
        assertThat(response.path("object").asString()).isEqualTo("response");
        assertThat(response.path("created_at").asLong()).isEqualTo(TestEngine.NOW.getEpochSecond());
        assertThat(response.path("status").asString()).isEqualTo("incomplete");
        assertThat(response.path("incomplete_details").path("reason").asString())
                .isEqualTo("max_output_tokens");
        assertThat(response.path("store").asBoolean()).isFalse();
        assertThat(response.path("max_output_tokens").asInt()).isEqualTo(8);
        assertThat(response.path("metadata").path("a").asString()).isEqualTo("b");
        assertThat(response.path("usage").path("input_tokens"))
                .isEqualTo(chat.path("usage").path("prompt_tokens"));
        assertThat(response.path("usage").path("output_tokens").asInt()).isEqualTo(8);
        assertThat(engine.ownedBlocks()).isZero();
    }

    @Test
    void theEventsOfAStreamComeToTheWhole() {
        String fields = ",\"guided_regex\":\"[a-z]{4} [a-z]{4}\"";
        String body = request(fields).replace("_tokens\":8", "_tokens\":50");
        response(body); // so that both find the prompt's beginning computed, whichever test runs first
        JsonNode whole = response(body);
        assertThat(whole.path("status").asString()).isEqualTo("completed");
        List<JsonNode> events = client.namedEvents(PATH, body.replaceAll("}$", ",\"stream\":true}"));
        assertThat(events.stream()
                        .map(event -> event.path("type").asString())
                        .filter(type -> !type.endsWith(".delta"))
                        .toList())
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.completed");
        assertThat(events.stream()
                        .map(event -> event.path("sequence_number").asInt())
                        .toList())
                .isEqualTo(IntStream.range(0, events.size()).boxed().toList());
        assertThat(events.stream()
                        .filter(event -> event.path("type").asString().equals("response.output_text.delta"))
                        .map(event -> event.path("delta").asString())
                        .collect(Collectors.joining()))
                .isEqualTo(text(whole))
                .matches("[a-z]{4} [a-z]{4}");
        JsonNode last = events.getLast().path("response");
        assertThat(text(last)).isEqualTo(text(whole));
        assertThat(last.path("usage")).isEqualTo(whole.path("usage"));
        assertThat(last.path("output").path(0).path("id").asString())
                .isEqualTo(events.get(2).path("item").path("id").asString());
    }

    @Test
    void logProbabilitiesAreThoseOfAChatAndTheSameInEveryEvent() {
        String fields = ",\"ignore_eos\":true,\"top_logprobs\":2,\"include\":[\"message.output_text.logprobs\"]";
        JsonNode part =
                response(request(fields)).path("output").path(0).path("content").path(0);
        JsonNode chat = client.post("/v1/chat/completions", """
                        {"messages":[{"role":"user","content":"hello"}],"temperature":0,"seed":1,"max_tokens":8,"ignore_eos":true,
                         "logprobs":true,"top_logprobs":2}""").json();
        assertThat(part.path("logprobs"))
                .hasSize(8)
                .isEqualTo(chat.path("choices").path(0).path("logprobs").path("content"));
        List<JsonNode> events = client.namedEvents(PATH, request(fields + ",\"stream\":true"));
        assertThat(ofType(events, "response.output_text.delta")
                        .flatMap(event -> event.path("logprobs").valueStream()))
                .isEqualTo(part.path("logprobs").valueStream().toList());
        assertThat(ofType(events, "response.output_text.done")
                        .findFirst()
                        .orElseThrow()
                        .path("logprobs"))
                .isEqualTo(part.path("logprobs"));
        assertThat(ofType(events, "response.content_part.done")
                        .findFirst()
                        .orElseThrow()
                        .path("part"))
                .isEqualTo(part);
    }

    private static Stream<JsonNode> ofType(List<JsonNode> events, String type) {
        return events.stream().filter(event -> event.path("type").asString().equals(type));
    }

    @Test
    void logProbabilitiesOfReasoningAndOfMarksAreNotTheMessages() {
        Sequence sequence = new Sequence(
                0,
                new Sequence.Prompt(new int[] {1}, ""),
                new TokenStream(),
                new AnswerParser(new AnswerRules(ReasoningFormat.THINK, false, ToolFormat.HERMES, List.of(), 4, false)),
                false);
        List<String> texts = List.of(
                "\n",
                "<th",
                "ink>",
                "Hm",
                "</",
                "think>",
                "\n",
                "Let",
                " me <",
                "b>",
                "",
                "é",
                "\n",
                "<tool",
                "_call>",
                "{\"na",
                "me\": \"f\", \"arguments\": {",
                "}}",
                "\n</tool",
                "_call>",
                " tail");
        for (int id = 0; id < texts.size(); id++) {
            sequence.add(new Token(id, texts.get(id), new TokenLogprobs(-1, List.of())));
        }
        assertThat(sequence.contentTokens().stream().map(token -> texts.get(token.tokenId())))
                .containsExactly("Let", " me <", "b>", "", "é", " tail");
    }

    @Test
    void aFormatHoldsTheText() {
        JsonNode response = response(
                request(
                        ",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"x\",\"schema\":{\"enum\":[\"a\",\"b\"]}}}"));
        assertThat(text(response)).isIn("\"a\"", "\"b\"");
    }

    @Test
    void whatWasSaidBecomesTheMessagesOfAChat() {
        JsonFields fields = JsonFields.of(JsonMapper.shared().readTree("""
                {"instructions": "Be brief.", "input": [
                  {"role": "user", "content": "Rain?"},
                  {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm."}]},
                  {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Let me see."}]},
                  {"type": "function_call", "call_id": "a", "name": "weather", "arguments": "{}"},
                  {"type": "function_call", "call_id": "b", "name": "now", "arguments": "{}"},
                  {"type": "function_call_output", "call_id": "a", "output": "rain"},
                  {"type": "function_call_output", "call_id": "b", "output": [{"type": "input_text", "text": "noon"}]},
                  {"role": "assistant", "content": "Yes."},
                  {"role": "developer", "content": [{"type": "input_text", "text": "x"}, {"type": "input_text", "text": "y"}]}]}""").asObject());
        assertThat(ResponseInput.messages(fields)).isEqualTo(JsonMapper.shared().readTree("""
                [{"role": "system", "content": "Be brief."},
                 {"role": "user", "content": "Rain?"},
                 {"role": "assistant", "content": "Let me see.", "reasoning_content": "Hm.", "tool_calls": [
                   {"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{}"}},
                   {"id": "b", "type": "function", "function": {"name": "now", "arguments": "{}"}}]},
                 {"role": "tool", "tool_call_id": "a", "content": "rain"},
                 {"role": "tool", "tool_call_id": "b", "content": "noon"},
                 {"role": "assistant", "content": "Yes."},
                 {"role": "system", "content": "x\\ny"}]"""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "input":7                             | input             | must be a string or a list
            "input":[]                            | input             | at least one item
            "input":[7]                           | input[0]          | must be an object
            "input":[{"type":"item_reference"}]   | input[0].type     | must be message, function_call
            "input":[{"role":"king","content":"x"}] | input[0].role   | must be user, assistant
            "input":[{"role":"user","content":[{"type":"input_image"}]}] | input[0].content | parts of text
            "input":[{"type":"function_call","name":"f"}] | input[0].call_id | is missing
            "input":"x","max_output_tokens":0     | max_output_tokens | at least 1
            "input":"x","previous_response_id":"resp_1" | previous_response_id | nothing is kept here
            "input":"x","background":true         | background        | nothing is kept here
            "input":"x","truncation":"auto"       | truncation        | is refused
            "input":"x","n":2                     | n                 | use /v1/chat/completions
            "input":"x","top_logprobs":2         | top_logprobs      | needs message.output_text.logprobs in include
            "input":"x","include":["message.output_text.logprobs"],"top_logprobs":21 | top_logprobs | must be in [0, 20]
            "input":"x","tools":[{"type":"web_search"}] | tools[0].type | must be function
            "input":"x","tools":[{"type":"function","name":"a b"}] | tools[0].name | must consist of
            "input":"x","text":{"format":{"type":"xml"}} | text.format.type | must be text, json_object
            "input":"x","temperature":3           | temperature       | must be in [0, 2]
            """)
    void whatCannotBeIsRefusedByTheNameThatItHasHere(String fields, String param, String reason) {
        Answer answer = client.post(PATH, "{" + fields + "}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asString()).isEqualTo(param);
        assertThat(answer.error().path("message").asString()).contains(reason);
    }
}
