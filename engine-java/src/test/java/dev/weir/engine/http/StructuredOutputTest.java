package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.http.ApiClient.Answer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Answers that have a form, over a real engine whose models know nothing: what comes out right is right by constraint. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StructuredOutputTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String COMPLETIONS = "/v1/completions";

    private static final String PERSON = """
            {"type": "object", "properties": {
               "name": {"type": "string", "minLength": 1, "maxLength": 12},
               "age": {"type": "integer", "minimum": 0, "maximum": 130},
               "role": {"enum": ["nurse", "doctor", "patient"]},
               "since": {"type": "string", "format": "date"},
               "tags": {"type": "array", "items": {"type": "string", "maxLength": 6}, "maxItems": 3}},
             "required": ["name", "age", "role", "since", "tags"], "additionalProperties": false}""";

    private static final String SHAPES = """
            {"$defs": {"point": {"type": "array", "prefixItems": [{"$ref": "#/$defs/c"}, {"$ref": "#/$defs/c"}], "items": false,
                                 "minItems": 2},
                       "c": {"type": "number", "minimum": -10, "maximum": 10}},
             "type": "array", "maxItems": 3, "items": {"anyOf": [
               {"type": "object", "properties": {"kind": {"const": "circle"}, "centre": {"$ref": "#/$defs/point"},
                 "radius": {"type": "number", "exclusiveMinimum": 0, "maximum": 5}},
                "required": ["kind", "centre", "radius"], "additionalProperties": false},
               {"type": "object", "properties": {"kind": {"const": "label"}, "text": {"type": "string", "pattern": "^[A-Z][a-z]{0,8}$"}},
                "required": ["kind"], "additionalProperties": false},
               {"type": "null"}]}}""";

    private final TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA, TestModels.TINY_QWEN3);
    private final ApiClient client = new ApiClient(engine);
    private final JsonMapper mapper = JsonMapper.shared();
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    @AfterAll
    void close() {
        client.close();
        engine.close();
    }

    static Stream<String> schemas() {
        return Stream.of(
                PERSON, SHAPES, "{\"type\": [\"boolean\", \"null\"]}", "{\"type\": \"number\", \"multipleOf\": 0.25}");
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void answersAreValidUnderTheirSchema(String schema) {
        for (String model : List.of(TestModels.TINY_LLAMA, TestModels.TINY_QWEN3)) {
            for (int seed = 0; seed < 4; seed++) {
                ObjectNode request = chat(model, schema).put("seed", seed);
                JsonNode choice = client.post(CHAT, request.toString())
                        .json()
                        .path("choices")
                        .path(0);
                String text = choice.path("message").path("content").asString();
                assertThat(choice.path("finish_reason").asString()).as(text).isEqualTo("stop");
                assertValid(schema, text);
                assertThat(streamed(request)).isEqualTo(text);
            }
        }
        assertThat(engine.ownedBlocks()).isZero();
    }

    private String streamed(ObjectNode request) {
        return client.stream(CHAT, request.put("stream", true).toString()).stream()
                .map(chunk -> chunk.path("choices")
                        .path(0)
                        .path("delta")
                        .path("content")
                        .asString(""))
                .collect(Collectors.joining());
    }

    @Test
    void anObjectIsAnObjectOrIsCutOff() {
        String request = "{\"model\":\"tiny-llama\",\"prompt\":\"x\",\"max_tokens\":%d,\"seed\":%d,"
                + "\"response_format\":{\"type\":\"json_object\"}}";
        for (int seed = 0; seed < 6; seed++) {
            JsonNode choice = client.post(COMPLETIONS, request.formatted(60, seed))
                    .json()
                    .path("choices")
                    .path(0);
            String text = choice.path("text").asString();
            assertThat(text).startsWith("{");
            if (choice.path("finish_reason").asString().equals("stop")) {
                assertThat(mapper.readTree(text).isObject()).isTrue();
            }
        }
        JsonNode cut = client.post(COMPLETIONS, request.formatted(1, 1))
                .json()
                .path("choices")
                .path(0);
        assertThat(cut.path("finish_reason").asString()).isEqualTo("length");
    }

    @Test
    void guidesOfTextCompletionsAreFollowed() {
        assertMatches("\"guided_regex\":\"[A-F0-9]{4}(-[A-F0-9]{2}){2}\"", "[A-F0-9]{4}(-[A-F0-9]{2}){2}");
        assertMatches("\"guided_choice\":[\"yes\",\"no\",\"unknown\"]", "yes|no|unknown");
        assertMatches(
                "\"guided_grammar\":\"root ::= sum \\\"=\\\" [0-9]\\nsum ::= [0-9] (\\\"+\\\" [0-9]){1,3}\"",
                "\\d(\\+\\d){1,3}=\\d");
        assertMatches("\"guided_json\":{\"enum\":[1,2,{\"a\":null}]}", "1|2|\\{\\s*\"a\": ?null\\s*}");
        assertMatches("\"guided_json\":\"{\\\"type\\\":\\\"boolean\\\"}\"", "true|false");
    }

    private void assertMatches(String guide, String pattern) {
        for (int seed = 0; seed < 3; seed++) {
            Answer answer = client.post(
                    COMPLETIONS,
                    "{\"model\":\"tiny-qwen3\",\"prompt\":\"x\",\"max_tokens\":100,\"temperature\":1.5,\"seed\":" + seed
                            + "," + guide + "}");
            JsonNode choice = answer.json().path("choices").path(0);
            assertThat(choice.path("text").asString())
                    .as(answer.json().toString())
                    .matches(Pattern.compile(pattern));
            assertThat(choice.path("finish_reason").asString()).isEqualTo("stop");
        }
    }

    @Test
    void formsDoNotDependOnTheBatch() {
        List<String> requests = IntStream.range(0, 12)
                .mapToObj(i -> chat(TestModels.TINY_LLAMA, i % 2 == 0 ? PERSON : SHAPES)
                        .put("seed", i)
                        .toString())
                .toList();
        List<String> alone = requests.stream().map(this::content).toList();
        List<CompletableFuture<String>> together = requests.stream()
                .map(request -> CompletableFuture.supplyAsync(() -> content(request)))
                .toList();
        assertThat(together.stream().map(CompletableFuture::join).toList()).isEqualTo(alone);
    }

    private String content(String request) {
        return client.post(CHAT, request)
                .json()
                .path("choices")
                .path(0)
                .path("message")
                .path("content")
                .asString();
    }

    @Test
    void aMalformedSchemaHurtsNobodyElse() {
        Answer refused = client.post(
                CHAT,
                chat(TestModels.TINY_LLAMA, "{\"properties\":{\"a\":{\"not\":{}}}}")
                        .toString());
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().path("param").asString()).isEqualTo("response_format.json_schema.schema");
        assertThat(refused.error().path("message").asString()).contains("\"not\" at #/properties/a is not supported");
        Answer large = client.post(
                COMPLETIONS,
                "{\"model\":\"tiny-llama\",\"prompt\":\"x\",\"guided_regex\":\"" + "a?".repeat(1 << 19) + "\"}");
        assertThat(large.status()).isEqualTo(400);
        assertThat(large.error().path("message").asString()).contains("sourceCharsMax");
        assertThat(client.post(COMPLETIONS, "{\"model\":\"tiny-llama\",\"prompt\":\"x\",\"max_tokens\":2}")
                        .status())
                .isEqualTo(200);
        assertThat(engine.ownedBlocks()).isZero();
    }

    private ObjectNode chat(String model, String schema) {
        ObjectNode request = mapper.createObjectNode()
                .put("model", model)
                .put("temperature", 1)
                .put("max_tokens", 400);
        request.putArray("messages").addObject().put("role", "user").put("content", "hello");
        request.putObject("response_format")
                .put("type", "json_schema")
                .putObject("json_schema")
                .put("name", "answer")
                .put("strict", true)
                .set("schema", mapper.readTree(schema));
        return request;
    }

    private void assertValid(String schema, String document) {
        assertThat(registry.getSchema(mapper.readTree(schema)).validate(mapper.readTree(document)))
                .as(document)
                .isEmpty();
    }
}
