package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Models of engines, seen and changed through the control plane. */
class ModelsOverHttpTest {
    private static final String INDEX = """
            [{"name":"m","version":"1","state":"LOADING","reason":"","progress":{"phase":"reading_weights","fraction":0.5},
              "requests_in_flight":2,"aliases":["a"],"memory":{"weights_bytes":10,"weights_mapped_bytes":5,"kv_cache_bytes":20,
              "working_bytes":3},"path":"/models/m","parameters":{"dtype":"auto","max_model_len":512}}]""";
    private static final String[] WHY = {"weir-reason", "f%C3%BCr%20morgen"};

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

    private static String order(String verb) {
        return "{\"engine\":\"%s\",\"model\":\"m\",\"verb\":\"%s\",\"parameters\":{\"policy\":\"drain\"}}"
                .formatted(engine.name(), verb);
    }

    @Test
    void whatAnEngineSaysOfItsModelsIsShown() throws Exception {
        engine.lists("{\"id\":\"m\",\"version\":\"m@0123456789ab\"},{\"id\":\"notes\",\"parent\":\"m\"}");
        engine.answers(exchange -> exchange.json(200, INDEX));
        JsonNode shown =
                JsonMapper.shared().readTree(weir.get("/admin/models").body()).path(0);
        assertThat(shown.path("models").path(0).toString())
                .contains("\"phase\":\"reading_weights\"", "\"fraction\":0.5", "\"weightsBytes\":10", "\"512\"")
                .contains("\"version\":\"m@0123456789ab\"");
        assertThat(shown.path("adapters").path(0).toString()).isEqualTo("{\"name\":\"notes\",\"model\":\"m\"}");
    }

    @Test
    void anEngineWithoutSuchAnInterfaceIsNamedWithItsReason() throws Exception {
        engine.answers(exchange -> exchange.json(403, "{\"error\":{\"message\":\"only programs on my machine\"}}"));
        assertThat(weir.get("/admin/models").body()).contains("only programs on my machine", "\"models\":[]");
    }

    @Test
    void anOrderReachesTheEngineAndTheAuditLogWithItsReason() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{\"state\":\"SLEEPING\"}"));
        HttpResponse<String> answer = weir.post("/admin/models", order("SLEEP"), WHY);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("SLEEPING");
        ScriptedEngine.Received received = engine.nextRequest();
        assertThat(received.path()).isEqualTo("/v2/repository/models/m/sleep");
        assertThat(received.body()).isEqualTo("{\"parameters\":{\"policy\":\"drain\"}}");
        assertThat(weir.get("/admin/audit?limit=1000").body()).contains("model.sleep", "für morgen", engine.name());
    }

    @Test
    void whatAnEngineDoesIsKeptThoughWhoeverAskedHasGone() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        engine.answers(exchange -> {
            gone.await();
            exchange.json(200, "{}");
        });
        String body = order("WAKE");
        try (Socket client = new Socket(weir.uri("/").getHost(), weir.uri("/").getPort())) {
            client.getOutputStream()
                    .write(("POST /admin/models HTTP/1.1\r\nhost: localhost\r\nweir-reason: gone\r\n"
                                    + "content-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n"
                                    + body)
                            .getBytes(StandardCharsets.UTF_8));
            engine.nextRequest();
        }
        // Until it is seen that the client has gone.
        for (int i = 0; i < 20; i++) {
            weir.get("/health");
        }
        gone.countDown();
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(weir.get("/admin/audit?limit=1000").body()).contains("model.wake"));
    }

    @Test
    void aRefusalOfTheEngineIsToldInItsWords() throws Exception {
        engine.answers(exchange -> exchange.json(409, "{\"error\":{\"message\":\"m needs 9 GiB, 2 GiB free\"}}"));
        HttpResponse<String> answer = weir.post("/admin/models", order("LOAD"), WHY);
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).contains("m needs 9 GiB, 2 GiB free");
        assertThat(weir.get("/admin/audit?limit=1000").body()).doesNotContain("model.load");
    }

    @Test
    void withoutAReasonNothingIsDone() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{}"));
        HttpResponse<String> answer = weir.post("/admin/models", order("UNLOAD"));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("weir-reason");
        assertThat(engine.hasRequest("POST")).isFalse();
    }

    @Test
    void whatALoadWouldNeedIsToldWithoutLoadingAnything() throws Exception {
        engine.answers(exchange -> exchange.json(200, """
                {"name":"m","fits":false,"reason":"m needs 33 B, 5 B free","free_bytes":5,
                 "memory":{"weights_bytes":10,"kv_cache_bytes":20,"working_bytes":3}}"""));
        HttpResponse<String> answer = weir.post(
                "/admin/models/fit",
                "{\"engine\":\"%s\",\"model\":\"m\",\"parameters\":{\"quantize\":\"q8_0\"}}".formatted(engine.name()));
        assertThat(answer.body())
                .isEqualTo("{\"fits\":false,\"reason\":\"m needs 33 B, 5 B free\",\"weightsBytes\":10,"
                        + "\"kvCacheBytes\":20,\"workingBytes\":3,\"freeBytes\":5}");
        ScriptedEngine.Received received = engine.nextRequest();
        assertThat(received.path()).isEqualTo("/v2/repository/models/m/fit");
        assertThat(received.body()).isEqualTo("{\"parameters\":{\"quantize\":\"q8_0\"}}");
    }

    @Test
    void aPinnedModelStaysUntilThePinIsTakenOut() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{}"));
        String pin = "{\"engine\":\"%s\",\"model\":\"m\",\"pinned\":%s}";
        assertThat(weir.post("/admin/models/pins", pin.formatted(engine.name(), true))
                        .statusCode())
                .isEqualTo(400);
        weir.post("/admin/models/pins", pin.formatted(engine.name(), true), WHY);
        HttpResponse<String> refused = weir.post("/admin/models", order("UNLOAD"), WHY);
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("m was pinned by anonymous (für morgen): take the pin out first");
        assertThat(engine.hasRequest("POST")).isFalse();
        engine.answers(exchange -> exchange.json(200, INDEX));
        assertThat(weir.get("/admin/models").body()).contains("\"pin\":{", "für morgen");

        weir.post("/admin/models/pins", pin.formatted(engine.name(), false), WHY);
        engine.answers(exchange -> exchange.json(200, "{}"));
        assertThat(weir.post("/admin/models", order("UNLOAD"), WHY).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aliasesAndAdaptersComeAndGo() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{}"));
        String alias = "{\"engine\":\"%s\",\"alias\":\"a\",\"model\":%s}";
        weir.post("/admin/models/aliases", alias.formatted(engine.name(), "\"m\""), WHY);
        assertThat(engine.nextRequest())
                .returns("PUT", ScriptedEngine.Received::method)
                .returns("/v2/repository/aliases/a", ScriptedEngine.Received::path)
                .returns("{\"model\":\"m\"}", ScriptedEngine.Received::body);
        weir.post("/admin/models/aliases", alias.formatted(engine.name(), "null"), WHY);
        assertThat(engine.nextRequest().method()).isEqualTo("DELETE");
        weir.post(
                "/admin/models/adapters",
                "{\"engine\":\"%s\",\"adapter\":\"notes\",\"path\":\"/adapters/notes\",\"model\":\"m\"}"
                        .formatted(engine.name()),
                WHY);
        assertThat(engine.nextRequest().body())
                .isEqualTo("{\"lora_name\":\"notes\",\"lora_path\":\"/adapters/notes\",\"base_model_name\":\"m\"}");
    }

    @Test
    void callsAreFoundInTheLedger() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}"));
        weir.post(
                "/v1/chat/completions",
                "{\"model\":\"m\",\"messages\":[]}",
                "x-request-id",
                "found",
                "weir-feature",
                "f");
        JsonNode found = awaitCall("/admin/requests?requestId=found");
        assertThat(found.toString())
                .contains("\"feature\":\"f\"", "\"inputTokens\":7", "\"status\":\"200\"", engine.name());
        assertThat(weir.get("/admin/requests/" + found.path("id").asString()).body())
                .contains("\"requestId\":\"found\"");
        assertThat(weir.get("/admin/requests?requestId=found&status=500").body())
                .isEqualTo("[]");
        assertThat(weir.get("/admin/requests/nothing").statusCode()).isEqualTo(404);
    }

    /** What ended is booked a moment later. */
    private static JsonNode awaitCall(String path) {
        return Awaitility.await()
                .until(
                        () -> JsonMapper.shared()
                                .readTree(weir.get(path).body())
                                .path(0),
                        call -> !call.isMissingNode());
    }
}
