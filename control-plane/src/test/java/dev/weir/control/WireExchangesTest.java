package dev.weir.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Replays the exchanges of docs/wire, as the engine's tests do from the other side. What reaches the engine is answered as written there;
 * a client must see that answer either way, so nobody can tell by an answer whether a control plane stands in front of the engine.
 */
class WireExchangesTest {
    private static final Path FOLDER = Path.of("../docs/wire");
    private static final JsonMapper JSON = JsonMapper.shared();

    /** Where an engine stands in its own life is asked of the engine; the control plane's answers are under /actuator. */
    private static final Set<String> OF_THE_ENGINE_ALONE = Set.of("health.json", "ready.json");

    private static ScriptedEngine engine;
    private static RunningControlPlane weir;

    @BeforeAll
    static void start() throws IOException {
        engine = new ScriptedEngine(exchange("models.json").at("/response/body").toString());
        weir = new RunningControlPlane(List.of(engine));
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        engine.close();
    }

    static List<String> exchanges() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json") && !OF_THE_ENGINE_ALONE.contains(name))
                    .sorted()
                    .toList();
        }
    }

    private static JsonNode exchange(String name) {
        return JSON.readTree(FOLDER.resolve(name));
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void aClientSeesWhatAnEngineWouldAnswer(String name) throws Exception {
        JsonNode exchange = exchange(name);
        JsonNode expected = exchange.path("response");
        engine.answers(request -> answerAsWritten(request, expected));
        JsonNode request = exchange.path("request");
        Answer answer = request.has("raw") ? sendBytes(request.path("raw")) : send(request);
        assertThat(answer.status()).isEqualTo(expected.path("status").asInt());
        assertThat(answer.headers()).containsKey("x-request-id");
        for (String header : List.of("content-type", "connection", "retry-after", "allow")) {
            assertThat(answer.headers().get(header))
                    .as(header)
                    .isEqualTo(expected.path("headers").path(header).asString(null));
        }
        if (expected.has("events")) {
            assertThat(answer.body()).isEqualTo(events(expected.path("events")));
        } else {
            assertThat(JSON.readTree(answer.body())).isEqualTo(expected.path("body"));
        }
    }

    private record Answer(int status, Map<String, String> headers, String body) {}

    private static Answer send(JsonNode request) throws IOException, InterruptedException {
        JsonNode body = request.path("body");
        String path = request.path("path").asString();
        HttpResponse<String> response = request.path("method").asString().equals("GET")
                ? weir.get(path)
                : weir.post(path, body.isString() ? body.asString() : body.toString());
        Map<String, String> headers = new LinkedHashMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
        return new Answer(response.statusCode(), headers, response.body());
    }

    private static Answer sendBytes(JsonNode raw) throws IOException {
        StringBuilder bytes = new StringBuilder();
        for (JsonNode part : raw) {
            bytes.append(
                    part.isString()
                            ? part.asString()
                            : part.path("repeat")
                                    .asString()
                                    .repeat(part.path("times").asInt()));
        }
        try (Socket client = weir.connect()) {
            client.getOutputStream().write(bytes.toString().getBytes(ISO_8859_1));
            // To the end of the connection, which the control plane has to close.
            String[] headAndBody =
                    RunningControlPlane.readUntil(client, _ -> false).split("\r\n\r\n", 2);
            String[] lines = headAndBody[0].split("\r\n", -1);
            Map<String, String> headers = new LinkedHashMap<>();
            for (String line : List.of(lines).subList(1, lines.length)) {
                String[] header = line.split(":", 2);
                headers.put(header[0].toLowerCase(Locale.ROOT), header[1].strip());
            }
            return new Answer(Integer.parseInt(lines[0].split(" ", 3)[1]), headers, headAndBody[1]);
        }
    }

    private static void answerAsWritten(ScriptedEngine.Exchange exchange, JsonNode response) throws IOException {
        if (response.has("events")) {
            byte[] events = events(response.path("events")).getBytes(UTF_8);
            exchange.write("HTTP/1.1 200 OK\r\ncontent-type: "
                    + response.at("/headers/content-type").asString() + "\r\ncontent-length: " + events.length
                    + "\r\n\r\n");
            exchange.write(new String(events, ISO_8859_1));
        } else {
            exchange.json(response.path("status").asInt(), response.path("body").toString());
        }
    }

    private static String events(JsonNode events) {
        StringBuilder text = new StringBuilder();
        events.forEach(event -> text.append("data: ")
                .append(event.isString() ? event.asString() : event.toString())
                .append("\n\n"));
        return text.toString();
    }
}
