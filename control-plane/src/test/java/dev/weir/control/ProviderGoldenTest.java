package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.ScriptedEngine.Received;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What leaves for a provider, and what comes back from it, byte by byte of the files that say so. */
class ProviderGoldenTest {
    private static final Path FOLDER = Path.of("src/test/resources/providers");
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    private static Path directory;

    private static ScriptedEngine engine;
    private static ScriptedEngine openAi;
    private static ScriptedEngine anthropic;
    private static RunningControlPlane weir;

    @BeforeAll
    static void start() throws Exception {
        engine = ScriptedEngine.with("m", "claude");
        openAi = ScriptedEngine.with();
        anthropic = ScriptedEngine.with();
        Path key = Files.writeString(directory.resolve("key"), "sk-outside\n");
        Path configuration = Files.writeString(
                directory.resolve("weir.yaml"), """
                overflow:
                  providers:
                    first: {shape: openai, url: "%s/v1", key-file: "%s", region: eu, budget-per-day: 10,
                      models: {m: {name: big-1, input: 1, output: 2, output-tokens-unsaid: 2345}}}
                    second: {shape: anthropic, url: "%s", key-file: "%s", region: eu, budget-per-day: 10,
                      models: {claude: {name: big-1, input: 1, output: 2, output-tokens-unsaid: 1234}}}
                """.formatted(openAi.url(), key, anthropic.url(), key));
        weir = new RunningControlPlane(List.of(engine), "--weir.configuration.file=" + configuration);
        engine.answers(exchange -> exchange.json(429, "{\"error\":{\"code\":\"engine_overloaded\"}}"));
        assertThat(weir.patch("/admin/tenants/default", "{\"dataResidency\":\"OVERFLOW_ALLOWED\"}")
                        .statusCode())
                .isEqualTo(200);
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        engine.close();
        openAi.close();
        anthropic.close();
    }

    static Stream<String> exchanges() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void anExchangeIsAsWritten(String name) throws Exception {
        JsonNode exchange = JSON.readTree(FOLDER.resolve(name));
        boolean ofOpenAi = exchange.path("shape").asString().equals("openai");
        ScriptedEngine provider = ofOpenAi ? openAi : anthropic;
        provider.answers(request -> answer(request, exchange));
        ObjectNode asked = (ObjectNode) exchange.path("asked");
        asked.put("model", ofOpenAi ? "m" : "claude");
        HttpResponse<String> told = weir.post(
                "/v1/chat/completions", asked.toString(), "traceparent", "00-1-2-01", "x-request-id", "secret-case-17");
        Received sent = provider.nextRequest();
        assertThat(JSON.readTree(sent.body())).isEqualTo(exchange.path("sent"));
        assertThat(sent.path()).isEqualTo(ofOpenAi ? "/v1/chat/completions" : "/v1/messages");
        if (ofOpenAi) {
            assertThat(sent.headers()).containsEntry("authorization", "Bearer sk-outside");
        } else {
            assertThat(sent.headers())
                    .containsEntry("x-api-key", "sk-outside")
                    .containsEntry("anthropic-version", "2023-06-01");
        }
        assertThat(sent.headers().keySet())
                .isSubsetOf(
                        "accept",
                        "authorization",
                        "x-api-key",
                        "anthropic-version",
                        "content-length",
                        "content-type",
                        "host",
                        "user-agent");
        assertThat(told.statusCode()).as(told.body()).isEqualTo(200);
        assertThat(told.headers().firstValue("x-weir-engine"))
                .hasValue(ofOpenAi ? "overflow:first" : "overflow:second");
        if (exchange.has("told_events")) {
            assertThat(told.headers().firstValue("content-type")).hasValue("text/event-stream");
            assertThat(events(told.body()))
                    .containsExactlyElementsOf(exchange.path("told_events").values());
        } else {
            assertThat(created0(JSON.readTree(told.body()))).isEqualTo(exchange.path("told"));
        }
    }

    private static void answer(ScriptedEngine.Exchange request, JsonNode exchange) throws IOException {
        if (exchange.has("answered")) {
            request.json(200, exchange.path("answered").toString());
            return;
        }
        request.beginEvents();
        for (JsonNode event : exchange.path("answered_events").values()) {
            JsonNode data = event.path("data");
            String named = event.has("event") ? "event: " + event.path("event").asString() + "\n" : "";
            String text = named + "data: " + (data.isString() ? data.asString() : data) + "\n\n";
            // Cut where no event ends, and within a character where there is one.
            request.chunk(text.substring(0, text.length() / 2));
            request.chunk(text.substring(text.length() / 2));
        }
        request.end();
    }

    private static List<JsonNode> events(String body) {
        return Stream.of(body.split("\n\n"))
                .map(event -> event.substring("data: ".length()))
                .map(data -> data.equals("[DONE]") ? JSON.valueToTree(data) : created0(JSON.readTree(data)))
                .toList();
    }

    /** When it was made is the only thing that differs from one time to the next. */
    private static JsonNode created0(JsonNode answer) {
        ((ObjectNode) answer).put("created", 0);
        return answer;
    }
}
