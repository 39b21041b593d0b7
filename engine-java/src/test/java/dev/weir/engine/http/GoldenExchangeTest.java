package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Replays the exchanges of docs/wire, which the control plane's tests replay from the other side. With {@code -Dweir.golden.update=true}
 * it writes what the engine answers now; the difference is then read before it is committed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoldenExchangeTest {

    private static final Path FOLDER = root().resolve("docs/wire");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA);
    private final ApiClient client = new ApiClient(engine);

    @AfterAll
    void close() {
        client.close();
        engine.close();
    }

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("docs")) ? here : here.resolveSibling("");
    }

    static Stream<String> exchanges() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @Test
    void thereAreExchanges() throws IOException {
        assertThat(exchanges()).hasSizeGreaterThan(10);
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void engineAnswersAsWritten(String name) throws IOException {
        Path file = FOLDER.resolve(name);
        ObjectNode exchange = (ObjectNode) JSON.readTree(Files.readString(file));
        JsonNode request = exchange.path("request");
        ObjectNode answer = request.has("raw") ? answerToBytes(request.path("raw")) : answer(request);
        if (Boolean.getBoolean("weir.golden.update")) {
            exchange.set("response", answer);
            Files.writeString(
                    file,
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsString(exchange) + "\n",
                    StandardCharsets.UTF_8);
        }
        assertThat(answer).isEqualTo(withoutCuts((ObjectNode) exchange.path("response")));
    }

    private ObjectNode answer(JsonNode request) {
        HttpRequest.Builder builder = client.request(request.path("path").asString());
        JsonNode body = request.path("body");
        builder.method(
                request.path("method").asString(),
                body.isMissingNode()
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body.isString() ? body.asString() : body.toString()));
        HttpResponse<String> response = client.send(builder.build());
        ObjectNode answer = head(
                response.statusCode(),
                name -> response.headers().firstValue(name).orElse(null));
        if (response.headers().firstValue("content-type").orElse("").startsWith("text/event-stream")) {
            ArrayNode events = answer.putArray("events");
            for (String event : ApiClient.events(stable(response.body()))) {
                events.add(event.equals("[DONE]") ? JSON.getNodeFactory().stringNode(event) : ApiClient.parse(event));
            }
        } else {
            answer.set("body", ApiClient.parse(stable(response.body())));
        }
        return withoutCuts(answer);
    }

    /** What no HTTP client would send is written as the bytes on the wire; an element may be a text that is repeated. */
    private ObjectNode answerToBytes(JsonNode raw) throws IOException {
        StringBuilder bytes = new StringBuilder();
        for (JsonNode part : raw) {
            bytes.append(
                    part.isString()
                            ? part.asString()
                            : part.path("repeat")
                                    .asString()
                                    .repeat(part.path("times").asInt()));
        }
        try (RawConnection connection = new RawConnection(engine)) {
            RawConnection.Reply reply = connection.write(bytes.toString()).read();
            ObjectNode answer = head(reply.status(), reply.headers()::get);
            answer.set("body", ApiClient.parse(reply.body()));
            assertThat(connection.isAtEnd()).isTrue();
            return answer;
        }
    }

    private static ObjectNode head(int status, Function<String, @Nullable String> header) {
        ObjectNode answer = Json.object().put("status", status);
        ObjectNode headers = answer.putObject("headers");
        for (String name : List.of("content-type", "connection", "retry-after", "allow")) {
            String value = header.apply(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        return answer;
    }

    /** Ids count up from engine start. */
    private static String stable(String body) {
        return body.replaceAll("\"(chatcmpl|cmpl)-\\d+", "\"$1-0001")
                .replaceAll("\"cached_tokens\":\\d+", "\"cached_tokens\":0"); // depends on what was asked before
    }

    /** How a stream is cut into chunks depends on how fast the client reads: neighbouring chunks of text count as one. */
    private static ObjectNode withoutCuts(ObjectNode answer) {
        if (!answer.has("events")) {
            return answer;
        }
        List<JsonNode> events = new ArrayList<>();
        for (JsonNode event : answer.path("events")) {
            JsonNode choice = event.path("choices").path(0);
            JsonNode before =
                    events.isEmpty() ? choice : events.getLast().path("choices").path(0);
            if (!events.isEmpty() && hasText(before) && hasText(choice) && isOpen(before)) {
                append((ObjectNode) before, choice);
            } else {
                events.add(event.deepCopy());
            }
        }
        ObjectNode merged = answer.deepCopy();
        merged.putArray("events").addAll(events);
        return merged;
    }

    private static boolean hasText(JsonNode choice) {
        JsonNode delta = choice.path("delta");
        return choice.has("text") || (delta.has("content") && !delta.has("role"));
    }

    private static boolean isOpen(JsonNode choice) {
        return choice.path("finish_reason").isNull();
    }

    private static void append(ObjectNode choice, JsonNode next) {
        if (choice.has("text")) {
            choice.put(
                    "text", choice.path("text").asString() + next.path("text").asString());
            choice.set("finish_reason", next.path("finish_reason"));
            choice.set("stop_reason", next.path("stop_reason"));
        } else {
            ObjectNode delta = (ObjectNode) choice.path("delta");
            delta.put(
                    "content",
                    delta.path("content").asString()
                            + next.path("delta").path("content").asString());
        }
        if (choice.has("token_ids")) {
            ((ArrayNode) choice.path("token_ids")).addAll((ArrayNode) next.path("token_ids"));
        }
    }
}
