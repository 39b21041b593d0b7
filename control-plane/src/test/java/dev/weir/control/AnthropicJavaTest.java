package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolUseBlock;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Anthropic's own Java client, which reads every answer into its own types, before engines that know OpenAI's words only. */
class AnthropicJavaTest {
    private static ScriptedEngine engine;
    private static RunningControlPlane weir;
    private static AnthropicClient anthropic;

    @BeforeAll
    static void start() throws IOException {
        engine = ScriptedEngine.with("m");
        weir = new RunningControlPlane(List.of(engine));
        anthropic = AnthropicOkHttpClient.builder()
                .baseUrl(weir.uri("").toString())
                .apiKey("none")
                .maxRetries(0)
                .responseValidation(true)
                .build();
    }

    @AfterAll
    static void stop() throws IOException {
        anthropic.close();
        weir.close();
        engine.close();
    }

    private static MessageCreateParams.Builder ask(String model) {
        return MessageCreateParams.builder().model(model).maxTokens(64).addUserMessage("Weather in Graz?");
    }

    @Test
    void anAnswerIsReadAndACallGoesThereAndBack() {
        engine.answers(exchange -> exchange.json(200, """
                {"id":"chatcmpl-1","model":"m","choices":[{"finish_reason":"tool_calls","message":{"content":"I look.",
                  "tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Graz\\"}"}}]}}],
                 "usage":{"prompt_tokens":30,"completion_tokens":7}}"""));
        Message message = anthropic
                .messages()
                .create(ask("m").system("Be brief.")
                        .addTool(Tool.builder()
                                .name("weather")
                                .inputSchema(Tool.InputSchema.builder()
                                        .properties(Tool.InputSchema.Properties.builder()
                                                .putAdditionalProperty("city", JsonValue.from(Map.of("type", "string")))
                                                .build())
                                        .build())
                                .build())
                        .build());
        assertThat(message.stopReason()).hasValue(StopReason.TOOL_USE);
        assertThat(message.usage().inputTokens()).isEqualTo(30);
        assertThat(message.content().getFirst().asText().text()).isEqualTo("I look.");
        ToolUseBlock call = message.content().getLast().asToolUse();
        assertThat(call.name()).isEqualTo("weather");
        assertThat(call._input().toString()).contains("Graz");
        // What came back is sent again as the conversation's next turn.
        engine.answers(
                exchange -> exchange.json(
                        200,
                        "{\"id\":\"x\",\"model\":\"m\",\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"content\":\"Rain.\"}}]}"));
        Message next = anthropic
                .messages()
                .create(ask("m").addMessage(message).addUserMessage("So?").build());
        assertThat(next.content().getFirst().asText().text()).isEqualTo("Rain.");
    }

    @Test
    void aStreamAddsUpToTheAnswer() {
        engine.answers(exchange -> {
            exchange.beginEvents();
            for (String delta : List.of(
                    "{\"reasoning_content\":\"Hm\"}",
                    "{\"content\":\"Grüß\"}",
                    "{\"content\":\" Gott\"}",
                    "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"go\",\"arguments\":\"{\\\"a\\\":1}\"}}]}")) {
                exchange.chunk("data: {\"id\":\"chatcmpl-2\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":"
                        + delta + ",\"finish_reason\":null}]}\n\n");
            }
            exchange.chunk(
                    "data: {\"id\":\"chatcmpl-2\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n");
            exchange.chunk(
                    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":6}}\n\ndata: [DONE]\n\n");
            exchange.end();
        });
        MessageAccumulator all = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> stream = anthropic.messages().createStreaming(ask("m").build())) {
            stream.stream().forEach(all::accumulate);
        }
        Message message = all.message();
        assertThat(message.content().get(0).asThinking().thinking()).isEqualTo("Hm");
        assertThat(message.content().get(1).asText().text()).isEqualTo("Grüß Gott");
        assertThat(message.content().get(2).asToolUse()._input().toString()).contains("a");
        assertThat(message.content()).extracting(ContentBlock::isToolUse).containsExactly(false, false, true);
        assertThat(message.stopReason()).hasValue(StopReason.TOOL_USE);
        assertThat(message.usage().outputTokens()).isEqualTo(6);
    }

    @Test
    void tokensAreCountedAndErrorsAreOfTheirKinds() {
        engine.answers(exchange -> exchange.json(200, "{\"count\":49}"));
        assertThat(anthropic
                        .messages()
                        .countTokens(MessageCountTokensParams.builder()
                                .model("m")
                                .addUserMessage("Hi")
                                .build())
                        .inputTokens())
                .isEqualTo(49);
        assertThatThrownBy(() -> anthropic.messages().create(ask("nope").build()))
                .isInstanceOf(NotFoundException.class);
        engine.answers(exchange -> exchange.json(429, "{\"error\":{\"message\":\"busy\"}}"));
        assertThatThrownBy(() -> anthropic.messages().create(ask("m").build())).isInstanceOf(RateLimitException.class);
    }
}
