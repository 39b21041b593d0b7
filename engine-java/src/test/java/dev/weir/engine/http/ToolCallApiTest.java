package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.EngineConfig.ModelSource;
import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.http.ApiClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Tools and reasoning over a real engine. Its models know nothing, so a regular expression makes them write what a trained one would. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ToolCallApiTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String MODEL = "caller";

    /** Shows tools, calls as objects, and answers of tools, and opens the reasoning where it is told to. */
    private static final String TEMPLATE = """
            {% if tools %}<|im_start|>tools{% for t in tools %} {{ t.function.name }}{% endfor %}<|im_end|>
            {% endif %}{% for m in messages %}<|im_start|>{{ m.role }}
            {{ m.content or '' }}{% for c in m.tool_calls or [] %}<tool_call>{{ c.function.name }}({{ c.function.arguments.city }})</tool_call>\
            {% endfor %}<|im_end|>
            {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
            {% if thinks %}<think>
            {% endif %}{% endif %}{# ends </think> #}""";

    private static final String TOOLS = """
            [{"type": "function", "function": {"name": "weather", "description": "Of a city", "strict": true, "parameters": {
                "type": "object", "properties": {"city": {"$ref": "#/$defs/city"}}, "required": ["city"],
                "additionalProperties": false, "$defs": {"city": {"enum": ["Oslo", "Rome"]}}}}},
             {"type": "function", "function": {"name": "now"}}]""";

    private static final String CALL =
            "<tool_call>\\n\\{\"name\": \"weather\", \"arguments\": \\{\"city\": \"(Oslo|Rome)\"\\}\\}\\n</tool_call>";

    private TestEngine engine;
    private ApiClient client;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        try (Stream<Path> files = Files.list(TestModels.fixture(TestModels.TINY_LLAMA))) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.getFileName().toString()));
            }
        }
        Files.writeString(directory.resolve("chat_template.jinja"), TEMPLATE);
        engine = TestEngine.start(
                TestEngine.Setup.defaults(),
                List.of(
                        new ModelSource(directory, MODEL),
                        new ModelSource(TestModels.fixture(TestModels.TINY_LLAMA), TestModels.TINY_LLAMA)));
        client = new ApiClient(engine);
    }

    @AfterAll
    void close() {
        client.close();
        engine.close();
    }

    private static ObjectNode request() {
        ObjectNode request = JsonMapper.shared()
                .createObjectNode()
                .put("model", MODEL)
                .put("seed", 1)
                .put("max_tokens", 300);
        request.putArray("messages").addObject().put("role", "user").put("content", "hello");
        return request;
    }

    private static ObjectNode withTools() {
        return request().set("tools", JsonMapper.shared().readTree(TOOLS)).asObject();
    }

    /** The answer's only choice, which is the same when it is streamed. */
    private JsonNode choice(ObjectNode request) {
        Answer answer = client.post(CHAT, request.toString());
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        JsonNode choice = answer.json().path("choices").path(0);
        List<JsonNode> chunks =
                client.stream(CHAT, request.deepCopy().put("stream", true).toString());
        assertThat(streamed(chunks)).isEqualTo(withoutIds(choice.path("message")));
        assertThat(chunks.getLast().path("choices").path(0).path("finish_reason"))
                .isEqualTo(choice.path("finish_reason"));
        return choice;
    }

    /** Each answer has an id of its own, and so have its calls. */
    private static JsonNode withoutIds(JsonNode message) {
        JsonNode copy = message.deepCopy();
        copy.path("tool_calls").forEach(call -> call.asObject().remove("id"));
        return copy;
    }

    /** The message that the deltas of a stream make. */
    private static JsonNode streamed(List<JsonNode> chunks) {
        StringBuilder content = new StringBuilder();
        StringBuilder reasoning = new StringBuilder();
        List<ObjectNode> calls = new ArrayList<>();
        List<StringBuilder> arguments = new ArrayList<>();
        for (JsonNode chunk : chunks) {
            JsonNode delta = chunk.path("choices").path(0).path("delta");
            content.append(delta.path("content").asString(""));
            assertThat(delta.path("reasoning")).isEqualTo(delta.path("reasoning_content"));
            reasoning.append(delta.path("reasoning_content").asString(""));
            for (JsonNode call : delta.path("tool_calls")) {
                if (call.has("id")) {
                    assertThat(call.path("index").asInt()).isEqualTo(calls.size());
                    calls.add(call.deepCopy().asObject());
                    arguments.add(new StringBuilder());
                }
                arguments
                        .get(call.path("index").asInt())
                        .append(call.path("function").path("arguments").asString());
            }
        }
        ObjectNode message = JsonMapper.shared().createObjectNode().put("role", "assistant");
        boolean silent = content.isEmpty() && !(calls.isEmpty() && reasoning.isEmpty());
        message.put("content", silent ? null : content.toString()).putNull("refusal");
        if (!reasoning.isEmpty()) {
            message.put("reasoning_content", reasoning.toString()).put("reasoning", reasoning.toString());
        }
        if (!calls.isEmpty()) {
            ArrayNode array = message.putArray("tool_calls");
            for (int i = 0; i < calls.size(); i++) {
                ObjectNode call = calls.get(i);
                call.remove(List.of("index", "id"));
                call.path("function")
                        .asObject()
                        .put("arguments", arguments.get(i).toString());
                array.add(call);
            }
        }
        return message;
    }

    private static List<String> names(JsonNode message) {
        return message.path("tool_calls").values().stream()
                .map(call -> call.path("function").path("name").asString())
                .toList();
    }

    private static String arguments(JsonNode message, int call) {
        return message.path("tool_calls")
                .path(call)
                .path("function")
                .path("arguments")
                .asString();
    }

    @Test
    void callsAreReadOutOfTheText() {
        JsonNode choice = choice(withTools().put("guided_regex", "Sure\\.\\n" + CALL + "\\n" + CALL));
        assertThat(choice.path("finish_reason").asString()).isEqualTo("tool_calls");
        JsonNode message = choice.path("message");
        assertThat(message.path("content").asString()).isEqualTo("Sure.");
        assertThat(names(message)).containsExactly("weather", "weather");
        assertThat(arguments(message, 1)).matches("\\{\"city\": \"(Oslo|Rome)\"}");
        assertThat(message.path("tool_calls").values().stream()
                        .map(call -> call.path("id").asString())
                        .toList())
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[A-Za-z0-9]{9}"));
        assertThat(engine.ownedBlocks()).isZero();
    }

    @Test
    void oneCallIsEnoughWhereCallsAreNotParallel() {
        ObjectNode request =
                withTools().put("guided_regex", CALL + "\\n" + CALL).put("parallel_tool_calls", false);
        assertThat(names(choice(request).path("message"))).containsExactly("weather");
    }

    @Test
    void textIsTextWhereNothingMayBeCalled() {
        JsonNode choice = choice(withTools().put("guided_regex", CALL).put("tool_choice", "none"));
        assertThat(choice.path("finish_reason").asString()).isEqualTo("stop");
        assertThat(choice.path("message").path("content").asString()).startsWith("<tool_call>");
    }

    @Test
    void aCallThatIsDemandedIsMade() {
        for (String model : List.of(MODEL, TestModels.TINY_LLAMA)) {
            for (int seed = 0; seed < 4; seed++) {
                ObjectNode request = withTools().put("tool_choice", "required");
                JsonNode choice = choice(request.put("model", model).put("seed", seed));
                assertThat(names(choice.path("message")))
                        .isNotEmpty()
                        .allMatch(name -> List.of("weather", "now").contains(name));
            }
        }
    }

    @Test
    void argumentsAreAnObjectWhateverTheSchemaLeavesOpen() {
        ObjectNode request = request().put("tool_choice", "required").put("parallel_tool_calls", false);
        request.putArray("tools")
                .addObject()
                .put("type", "function")
                .putObject("function")
                .put("name", "any")
                .putObject("parameters");
        JsonNode message = choice(request).path("message");
        assertThat(names(message)).containsExactly("any");
        assertThat(arguments(message, 0)).startsWith("{");
    }

    @Test
    void theToolThatIsNamedIsCalledOnce() {
        ObjectNode request = withTools();
        request.putObject("tool_choice")
                .put("type", "function")
                .putObject("function")
                .put("name", "weather");
        JsonNode choice = choice(request);
        assertThat(choice.path("finish_reason").asString()).isEqualTo("tool_calls");
        assertThat(names(choice.path("message"))).containsExactly("weather");
        assertThat(arguments(choice.path("message"), 0)).matches("\\{\\s*\"city\":\\s*\"(Oslo|Rome)\"\\s*}");
    }

    /** Agents send both: calls while they work, and a document in the end. */
    @Test
    void whereContentHasAFormAnAnswerIsThatOrCalls() {
        for (int seed = 0; seed < 6; seed++) {
            ObjectNode request = withNote(withTools()).put("seed", seed);
            JsonNode choice = choice(request);
            JsonNode message = choice.path("message");
            switch (choice.path("finish_reason").asString()) {
                case "stop" -> assertThat(message.path("content").asString()).matches("(?s)\\{\\s*\"note\":.*}");
                case "tool_calls" ->
                    assertThat(message.path("content").isNull())
                            .as(message.toString())
                            .isTrue();
                default -> // these models reason without end
                    assertThat(names(message)).isEmpty();
            }
            JsonNode demanded = choice(request.put("tool_choice", "required")).path("message");
            assertThat(demanded.path("content").isNull())
                    .as(demanded.toString())
                    .isTrue();
            assertThat(names(demanded)).isNotEmpty();
        }
    }

    @Test
    void contentThatHasAFormFollowsTheReasoningThatThePromptOpened() {
        ObjectNode request = withNote(request()).put("max_tokens", 5);
        request.putObject("chat_template_kwargs").put("thinks", true);
        JsonNode message = choice(request).path("message");
        assertThat(message.path("content").isNull()).isTrue();
        assertThat(message.path("reasoning").asString()).isNotEmpty();
    }

    private static ObjectNode withNote(ObjectNode request) {
        return request.set("response_format", JsonMapper.shared().readTree("""
                {"type": "json_schema", "json_schema": {"name": "note", "schema": {"type": "object",
                    "properties": {"note": {"type": "string", "maxLength": 20}}, "required": ["note"]}}}""")).asObject();
    }

    @Test
    void reasoningIsToldApartAndCounted() {
        ObjectNode request = request().put("guided_regex", "<think>\\n[a-z]{3,8}\\n</think>\\n\\nYes");
        JsonNode message = choice(request).path("message");
        assertThat(message.path("reasoning_content").asString()).matches("[a-z]{3,8}");
        assertThat(message.path("content").asString()).isEqualTo("Yes");
        JsonNode usage = client.post(CHAT, request.toString()).json().path("usage");
        assertThat(usage.path("completion_tokens_details")
                        .path("reasoning_tokens")
                        .asInt())
                .isBetween(1, usage.path("completion_tokens").asInt() - 1);
    }

    @Test
    void aResponseHasAnItemForEachOfThem() {
        ObjectNode request = JsonMapper.shared().createObjectNode();
        request.put("model", MODEL).put("input", "hello").put("seed", 1).put("max_output_tokens", 300);
        ArrayNode tools = request.putArray("tools");
        for (JsonNode tool : JsonMapper.shared().readTree(TOOLS)) {
            tools.add(tool.path("function").deepCopy().asObject().put("type", "function"));
        }
        request.put("guided_regex", "<think>\\n[a-z]{3,8}\\n</think>\\n\\nSure\\.\\n" + CALL);
        JsonNode output =
                client.post("/v1/responses", request.toString()).json().path("output");
        assertThat(output.valueStream()
                        .map(item -> item.path("type").asString())
                        .toList())
                .containsExactly("reasoning", "message", "function_call");
        assertThat(output.path(0).path("content").path(0).path("text").asString())
                .matches("[a-z]{3,8}");
        assertThat(output.path(1).path("content").path(0).path("text").asString())
                .isEqualTo("Sure.");
        assertThat(output.path(2).path("name").asString()).isEqualTo("weather");
        assertThat(output.path(2).path("arguments").asString()).matches("\\{\"city\": \"(Oslo|Rome)\"}");
        assertThat(output.path(2).path("call_id").asString()).matches("[A-Za-z0-9]{9}");
        List<JsonNode> events =
                client.namedEvents("/v1/responses", request.put("stream", true).toString());
        JsonNode streamed = events.getLast().path("response").path("output");
        assertThat(streamed.valueStream().map(ToolCallApiTest::said).toList())
                .isEqualTo(output.valueStream().map(ToolCallApiTest::said).toList());
        assertThat(events.stream()
                        .filter(event -> event.path("type").asString().equals("response.function_call_arguments.delta"))
                        .map(event -> event.path("delta").asString())
                        .collect(Collectors.joining()))
                .isEqualTo(output.path(2).path("arguments").asString());
    }

    /** An item without the ids, which are its answer's. */
    private static String said(JsonNode item) {
        ObjectNode said = item.deepCopy().asObject();
        said.remove(List.of("id", "call_id"));
        return said.toString();
    }

    @Test
    void anAnswerBeginsInReasoningThatThePromptOpened() {
        ObjectNode request = request().put("max_tokens", 5).put("ignore_eos", true);
        request.putObject("chat_template_kwargs").put("thinks", true);
        JsonNode message = choice(request).path("message");
        assertThat(message.path("content").isNull()).isTrue();
        assertThat(message.path("reasoning").asString()).isNotEmpty();
    }

    @Test
    void theTemplateSeesToolsAndCalls() {
        ObjectNode request = withTools();
        request.withArray("messages").add(JsonMapper.shared().readTree("""
                {"role": "assistant", "content": null, "tool_calls": [{"id": "abcdefghi", "type": "function",
                   "function": {"name": "weather", "arguments": "{\\"city\\": \\"Oslo\\"}"}}]}"""));
        request.withArray("messages").add(JsonMapper.shared().readTree("""
                {"role": "tool", "tool_call_id": "abcdefghi", "content": "rain"}"""));
        assertThat(client.post("/apply-template", request.toString())
                        .json()
                        .path("prompt")
                        .asString())
                .isEqualTo("""
                        <|im_start|>tools weather now<|im_end|>
                        <|im_start|>user
                        hello<|im_end|>
                        <|im_start|>assistant
                        <tool_call>weather(Oslo)</tool_call><|im_end|>
                        <|im_start|>tool
                        rain<|im_end|>
                        <|im_start|>assistant
                        """);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "tools":{}                            | tools             | must be a list
            "tools":[7]                           | tools[0]          | must be an object
            "tools":[{}]                          | tools[0].type     | must be function
            "tools":[{"type":"function"}]         | tools[0].function | is missing
            "tools":[{"type":"function","function":{"name":"a b"}}] | tools[0].function.name | must consist of
            "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"string"}}}] | tools[0].function.parameters.type | must be object
            "tool_choice":"required"              | tool_choice       | there are no tools
            "tool_choice":"always"                | tool_choice       | must be none, auto, required
            "tool_choice":7                       | tool_choice       | must be none, auto, required
            "parallel_tool_calls":1               | parallel_tool_calls | true or false
            "tools":[TOOL,TOOL]                   | tools             | two functions of the name f
            "tools":[TOOL],"tool_choice":{"type":"function","function":{"name":"g"}} | tool_choice | none of the tools
            "tools":[TOOL],"tool_choice":"required","guided_regex":"a" | tool_choice | guided_regex
            "tools":[BAD],"tool_choice":"required" | tools            | "not" at
            "model":"tiny-llama","tools":[TOOL]   | tools             | not shown by the chat template of tiny-llama
            """)
    void whatCannotBeIsRefusedByName(String fields, String param, String reason) {
        String body = fields.replace("TOOL", "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}")
                .replace("BAD", "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"not\":{}}}}");
        String model = body.startsWith("\"model\"") ? "" : "\"model\":\"caller\",";
        Answer answer =
                client.post(CHAT, "{" + model + "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]," + body + "}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asString()).isEqualTo(param);
        assertThat(answer.error().path("message").asString()).contains(reason);
    }
}
