package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Anthropic's messages, answered by engines that know OpenAI's words only. */
class AnthropicTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String MESSAGES = "/v1/messages";
    private static final String ASK =
            "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private static ScriptedEngine engine;
    private static RunningControlPlane weir;

    @BeforeAll
    static void start() throws IOException {
        engine = ScriptedEngine.with("m");
        weir = new RunningControlPlane(List.of(engine));
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        engine.close();
    }

    private static void assertJson(String actual, String expected) {
        assertThat(JSON.readTree(actual)).isEqualTo(JSON.readTree(expected));
    }

    @Test
    void aConversationWithToolsAndThoughtsIsTranslatedAndSoIsItsAnswer() throws Exception {
        engine.answers(exchange -> exchange.json(200, """
                {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"tool_calls",
                 "message":{"role":"assistant","content":"I look.","reasoning_content":"Where?","tool_calls":[
                   {"id":"c1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Graz\\"}"}}]}}],
                 "usage":{"prompt_tokens":30,"completion_tokens":7,"total_tokens":37,"prompt_tokens_details":{"cached_tokens":16}}}"""));
        HttpResponse<String> answer = weir.post(MESSAGES, """
                {"model":"m","max_tokens":64,"system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
                 "temperature":0.5,"top_k":5,"stop_sequences":["END"],"metadata":{"user_id":"u7"},"thinking":{"type":"enabled","budget_tokens":1024},
                 "tools":[{"name":"weather","description":"Looks","input_schema":{"type":"object"}}],
                 "tool_choice":{"type":"tool","name":"weather","disable_parallel_tool_use":true},
                 "messages":[{"role":"user","content":[{"type":"text","text":"Weather?"},{"type":"text","text":"Now."}]},
                  {"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":""},{"type":"text","text":"Let me see."},
                    {"type":"tool_use","id":"c0","name":"weather","input":{"city":"Linz"}}]},
                  {"role":"user","content":[{"type":"tool_result","tool_use_id":"c0","content":[{"type":"text","text":"Rain"}],"is_error":true},
                    {"type":"text","text":"And Graz?"}]}]}""");
        assertJson(engine.nextRequest().body(), """
                {"model":"m","messages":[{"role":"system","content":"Be brief."},
                  {"role":"user","content":[{"type":"text","text":"Weather?"},{"type":"text","text":"Now."}]},
                  {"role":"assistant","content":"Let me see.","reasoning_content":"Hm.","tool_calls":[
                    {"id":"c0","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Linz\\"}"}}]},
                  {"role":"tool","tool_call_id":"c0","content":"Rain","is_error":true},
                  {"role":"user","content":"And Graz?"}],
                 "tools":[{"type":"function","function":{"name":"weather","description":"Looks","parameters":{"type":"object"}}}],
                 "tool_choice":{"type":"function","function":{"name":"weather"}},"parallel_tool_calls":false,
                 "chat_template_kwargs":{"enable_thinking":true},"max_tokens":64,"temperature":0.5,"top_k":5,"stop":["END"],"user":"u7"}""");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertJson(answer.body(), """
                {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[
                  {"type":"thinking","thinking":"Where?","signature":""},{"type":"text","text":"I look."},
                  {"type":"tool_use","id":"c1","name":"weather","input":{"city":"Graz"}}],
                 "stop_reason":"tool_use","stop_sequence":null,
                 "usage":{"input_tokens":14,"cache_creation_input_tokens":0,"cache_read_input_tokens":16,"output_tokens":7}}""");
    }

    @Test
    void aStreamIsToldInAnthropicsEvents() throws Exception {
        engine.answers(exchange -> {
            exchange.beginEvents();
            for (String delta : List.of(
                    "{\"role\":\"assistant\",\"content\":\"\"}",
                    "{\"reasoning_content\":\"Hm\"}",
                    "{\"content\":\"Gr\"}",
                    "{\"content\":\"üß\"}",
                    "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"go\",\"arguments\":\"\"}}]}",
                    "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}}]}")) {
                exchange.chunk(
                        "data: {\"id\":\"chatcmpl-2\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":" + delta
                                + ",\"finish_reason\":null}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":0}}\n\n");
            }
            exchange.chunk(
                    "data: {\"id\":\"chatcmpl-2\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n");
            exchange.chunk(
                    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":6}}\n\ndata: [DONE]\n\n");
            exchange.end();
        });
        HttpResponse<String> answer = weir.post(MESSAGES, ASK.replace("{\"model\"", "{\"stream\":true,\"model\""));
        assertThat(JSON.readTree(engine.nextRequest().body()).path("stream_options"))
                .isEqualTo(JSON.readTree("{\"include_usage\":true,\"continuous_usage_stats\":true}"));
        List<String> names = Stream.of(answer.body().split("\n\n"))
                .map(event -> event.lines().findFirst().orElse(""))
                .toList();
        assertThat(names.stream().map(name -> name.replace("event: ", "")).collect(Collectors.joining(" ")))
                .isEqualTo("message_start content_block_start content_block_delta content_block_stop"
                        + " content_block_start content_block_delta content_block_delta content_block_stop"
                        + " content_block_start content_block_delta content_block_stop message_delta message_stop");
        assertThat(answer.body())
                .contains("\"id\":\"msg_2\"", "\"input_tokens\":9", "{\"type\":\"thinking_delta\",\"thinking\":\"Hm\"}")
                .contains("{\"type\":\"text_delta\",\"text\":\"üß\"}")
                .contains("{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"go\",\"input\":{}}")
                .contains("{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}")
                .contains("\"stop_reason\":\"tool_use\"", "\"output_tokens\":6");
    }

    @Test
    void whyItStoppedIsToldInAnthropicsWords() throws Exception {
        for (List<String> reason : List.of(
                List.of("\"stop\"", "end_turn", ""),
                List.of("\"stop\",\"stop_reason\":\"END\"", "stop_sequence", "END"),
                List.of("\"length\"", "max_tokens", ""),
                List.of("\"content_filter\"", "refusal", ""))) {
            engine.answers(exchange -> exchange.json(
                    200,
                    "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":" + reason.getFirst() + "}]}"));
            JsonNode message = JSON.readTree(weir.post(MESSAGES, ASK).body());
            assertThat(message.path("stop_reason").asString()).isEqualTo(reason.get(1));
            assertThat(message.path("stop_sequence").asString("")).isEqualTo(reason.get(2));
        }
    }

    @Test
    void tokensAreCountedByTheModelsOwnTokenizer() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{\"count\":49,\"tokens\":[1,2]}"));
        HttpResponse<String> answer = weir.post(MESSAGES + "/count_tokens", ASK.replace("\"max_tokens\":9,", ""));
        assertJson(answer.body(), "{\"input_tokens\":49}");
        ScriptedEngine.Received received = engine.nextRequest();
        assertThat(received.path()).isEqualTo("/tokenize");
        assertThat(JSON.readTree(received.body()).path("messages").size()).isEqualTo(1);
    }

    @Test
    void errorsAreToldInAnthropicsEnvelopeWhoeverMadeThem() throws Exception {
        engine.answers(exchange ->
                exchange.json(400, "{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}"));
        assertError(weir.post(MESSAGES, ASK), 400, "invalid_request_error", "too long");
        assertError(weir.post(MESSAGES, "{\"model\":"), 400, "invalid_request_error", "JSON");
        assertError(weir.post(MESSAGES, ASK.replace("\"m\"", "\"nope\"")), 404, "not_found_error", "nope");
        assertError(weir.get(MESSAGES), 405, "invalid_request_error", "POST");
        assertError(
                weir.post(MESSAGES, ASK.replace("\"max_tokens\":9,", "")), 400, "invalid_request_error", "max_tokens");
        assertError(
                weir.post(MESSAGES, ASK.replace("\"Hi\"", "[{\"type\":\"image\",\"source\":{}}]")),
                400,
                "invalid_request_error",
                "'image'");
        engine.answers(exchange -> exchange.json(429, "{\"error\":{\"message\":\"busy\"}}"));
        assertError(weir.post(MESSAGES, ASK), 429, "rate_limit_error", "busy");
        try (RunningControlPlane closed =
                new RunningControlPlane(List.of(engine), "--weir.identity.insecure-no-auth=false")) {
            assertError(closed.post(MESSAGES, ASK, "x-api-key", "wk-no"), 401, "authentication_error", "key");
        }
    }

    @Test
    void aStreamThatBreaksOffEndsWithAnErrorEvent() throws Exception {
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: {\"id\":\"chatcmpl-3\",\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n");
            exchange.die();
        });
        String body = weir.post(MESSAGES, ASK.replace("{\"model\"", "{\"stream\":true,\"model\""))
                .body();
        assertThat(body).contains("event: error\ndata: {\"type\":\"error\"").doesNotContain("message_stop");
    }

    private static void assertError(HttpResponse<String> response, int status, String type, String part) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode error = JSON.readTree(response.body());
        assertThat(error.path("type").asString()).isEqualTo("error");
        assertThat(error.path("request_id").asString())
                .isEqualTo(response.headers().firstValue("x-request-id").orElse(""));
        assertThat(error.path("error").path("type").asString()).isEqualTo(type);
        assertThat(error.path("error").path("message").asString()).contains(part);
    }
}
