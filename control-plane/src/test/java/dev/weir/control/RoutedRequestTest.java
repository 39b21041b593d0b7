package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a name that leads somewhere to the engine, and what the caller hears of it. */
class RoutedRequestTest {
    private static final String CHAT = "/v1/chat/completions";

    @TempDir
    private Path directory;

    @Test
    void aNameThatLeadsToAModelIsReplacedByItAndNothingElseIsTouched() throws Exception {
        Path file = Files.writeString(directory.resolve("weir.yaml"), """
                tiers: {fast: small, power: large}
                aliases: {helper: {use: large}}
                rules:
                  - {name: judged, when: "headers['weir-feature'] == 'judge'", use: power}
                """);
        try (ScriptedEngine engine = ScriptedEngine.with("small", "large");
                RunningControlPlane weir =
                        new RunningControlPlane(List.of(engine), "--weir.configuration.file=" + file)) {
            engine.answers(exchange -> exchange.json(200, "{}"));
            HttpResponse<String> easy = weir.post(
                    CHAT,
                    "{ \"messages\":[{\"role\":\"user\",\"content\":\"Hellö\"}], \"model\" : \"weir-auto\" ,\"n\":1}");
            assertThat(engine.nextRequest().body())
                    .isEqualTo(
                            "{ \"messages\":[{\"role\":\"user\",\"content\":\"Hellö\"}], \"model\" : \"small\" ,\"n\":1}");
            assertThat(easy.headers().firstValue("x-weir-model")).hasValue("small");
            assertThat(easy.headers().firstValue("x-weir-tier")).hasValue("fast");
            assertThat(easy.headers().firstValue("x-weir-route").orElseThrow()).startsWith("simple with confidence");

            weir.post(CHAT, "{\"model\":\"helper\",\"messages\":[]}");
            assertThat(engine.nextRequest().body()).isEqualTo("{\"model\":\"large\",\"messages\":[]}");
            HttpResponse<String> judged =
                    weir.post(CHAT, "{\"model\":\"weir-fast\",\"messages\":[]}", "weir-feature", "judge");
            assertThat(judged.headers().firstValue("x-weir-route")).hasValue("rule judged");
            HttpResponse<String> pinned =
                    weir.post(CHAT, "{\"model\":\"small\",\"messages\":[]}", "weir-feature", "judge");
            assertThat(pinned.headers().firstValue("x-weir-model")).hasValue("small");

            assertThat(weir.get("/v1/models").body()).contains("\"weir-auto\"", "\"helper\"", "\"small\"");
            HttpResponse<String> explained = weir.post(
                    "/admin/routes/explain",
                    "{\"headers\":{\"weir-feature\":\"judge\"},\"request\":{\"model\":\"weir-auto\",\"messages\":[]}}");
            assertThat(explained.body()).contains("\"model\":\"large\"", "\"tier\":\"power\"", "\"rule judged\"");
            HttpResponse<String> wrong = weir.post(CHAT, "{\"model\":\"small\",\"max_latency_ms\":\"soon\"}");
            assertThat(wrong.statusCode()).isEqualTo(400);
            assertThat(wrong.body()).contains("max_latency_ms");
        }
    }

    /** The model that was chosen is told in a header, where HTTP has no place for a line end. */
    @Test
    void aNameWithALineEndIsRefusedInEachProtocolsWords() throws Exception {
        Path file = Files.writeString(directory.resolve("weir.yaml"), "tiers: {fast: small, power: large}\n");
        try (ScriptedEngine engine = ScriptedEngine.with("small", "large");
                RunningControlPlane weir =
                        new RunningControlPlane(List.of(engine), "--weir.configuration.file=" + file)) {
            String ask = "{\"model\":\"a\\nb\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
            HttpResponse<String> chat = weir.post(CHAT, ask);
            assertThat(chat.statusCode()).as(chat.body()).isEqualTo(400);
            assertThat(chat.body()).contains("\"type\":\"invalid_request_error\"", "\"param\":\"model\"");
            HttpResponse<String> message = weir.post("/v1/messages", ask);
            assertThat(message.statusCode()).as(message.body()).isEqualTo(400);
            assertThat(message.body())
                    .contains("\"type\":\"error\"", "\"type\":\"invalid_request_error\"", "model must have");
            assertThat(engine.hasRequest()).isFalse();
        }
    }
}
