package dev.weir.control;

import static dev.weir.control.RunningControlPlane.readUntil;
import static dev.weir.control.RunningControlPlane.send;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.ScriptedEngine.Received;
import dev.weir.control.completion.Endpoint;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One request through the stations, between real sockets. */
class ProxyTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = "{\"model\":\"m\",\"messages\":[]}";
    private static final String ASK_STREAM = "{\"model\":\"m\",\"stream\":true,\"messages\":[]}";
    private static final int WAIT_SECONDS_MAX = 20;

    private static ScriptedEngine engine;
    private static RunningControlPlane weir;

    @BeforeAll
    static void start() throws IOException {
        engine = ScriptedEngine.with("m", "org/other");
        weir = new RunningControlPlane(List.of(engine));
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        engine.close();
    }

    @ParameterizedTest
    @EnumSource
    void aRequestPassesByteForByteAndSoDoesItsAnswer(Endpoint endpoint) throws Exception {
        String answer = "{ \"choices\" : [ \"é\" ] }";
        engine.answers(exchange -> exchange.json(200, answer));
        String body = "{ \"x\": 1e2,\n \"model\":\"m\", \"unknown\" : {\"prompt\":\"\\u00e9 é\"} }";
        HttpResponse<String> response = weir.post(endpoint.path(), body);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(answer);
        assertThat(response.headers().firstValue("x-weir-engine")).hasValue(engine.name());
        Received received = engine.nextRequest();
        assertThat(received.path()).isEqualTo(endpoint.path());
        assertThat(received.body()).isEqualTo(body);
        assertThat(received.headers()).doesNotContainKeys("x-weir-proxy-secret", "x-weir-tenant");
    }

    @Test
    void anEnginesErrorPassesWithItsStatus() throws Exception {
        String error = "{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}";
        engine.answers(exchange -> exchange.json(400, error));
        HttpResponse<String> response = weir.post(CHAT, ASK_STREAM);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).isEqualTo(error);
    }

    @Test
    void eventsReachTheClientOneByOneAsTheyCome() throws Exception {
        CountDownLatch firstSeen = new CountDownLatch(1);
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: 1\n\n");
            // Only a client that has the first event lets the engine go on.
            assertThat(firstSeen.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            exchange.chunk("data: [DO");
            exchange.chunk("NE]\n\n");
            exchange.end();
        });
        try (Socket client = weir.connect()) {
            send(client, CHAT, "", ASK_STREAM);
            String head = readUntil(client, text -> text.contains("data: 1\n\n"));
            assertThat(head).startsWith("HTTP/1.1 200").containsIgnoringCase("content-type: text/event-stream");
            firstSeen.countDown();
            assertThat(readUntil(client, text -> text.endsWith("0\r\n\r\n"))).contains("data: [DONE]\n\n");
        }
    }

    @Test
    void aClientThatLeavesInTheMiddleOfAStreamFreesTheEngineAtOnce() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: 1\n\n");
            exchange.awaitGone(gone);
        });
        try (Socket client = weir.connect()) {
            send(client, CHAT, "", ASK_STREAM);
            readUntil(client, text -> text.contains("data: 1\n\n"));
        }
        assertThat(gone.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aClientThatLeavesBeforeTheAnswerBeginsFreesTheEngineAtOnce() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        engine.answers(exchange -> exchange.awaitGone(gone));
        try (Socket client = weir.connect()) {
            send(client, CHAT, "", ASK);
            engine.nextRequest();
        }
        assertThat(gone.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        await().until(weir::underWayCount, count -> count == 0);
    }

    @Test
    void anEngineThatDiesInTheMiddleOfAStreamEndsItWithAnErrorEvent() throws Exception {
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: 1\n\ndata: {\"half");
            exchange.die();
        });
        HttpResponse<String> response = weir.post(CHAT, ASK_STREAM);
        assertThat(response.statusCode()).isEqualTo(200);
        String[] events = response.body().split("\n\n", -1);
        assertThat(events).hasSize(3);
        assertThat(events[0]).isEqualTo("data: 1");
        JsonNode error = JsonMapper.shared()
                .readTree(events[1].substring("data: ".length()))
                .path("error");
        assertThat(error.path("type").asString()).isEqualTo("server_error");
        assertThat(error.path("code").asString()).isEqualTo("engine_failed");
        assertThat(events[2]).isEmpty();
    }

    @Test
    void anEngineThatDiesBeforeTheFirstEventGetsAStatusOfItsOwn() throws Exception {
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: {\"half");
            exchange.die();
        });
        HttpResponse<String> response = weir.post(CHAT, ASK_STREAM);
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(error(response).path("code").asString()).isEqualTo("engine_failed");
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    }

    @Test
    void anEngineThatDiesBeforeItAnswersIsAwayForAMoment() throws Exception {
        engine.answers(ScriptedEngine.Exchange::die);
        assertThat(weir.post(CHAT, ASK).statusCode()).isEqualTo(503);
    }

    @Test
    void anAnswerCutShortIsNotPassedOffAsWhole() throws Exception {
        engine.answers(exchange -> {
            exchange.write(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"half\":");
            exchange.die();
        });
        try (Socket client = weir.connect()) {
            send(client, CHAT, "", ASK);
            String all = readUntil(client, _ -> false);
            assertThat(all).doesNotContain("}");
        }
    }

    @Test
    void aSlowClientSlowsTheEngineInsteadOfFillingMemory() throws Exception {
        long pieceCount = 800;
        String piece = "data: " + "x".repeat(64 * 1024) + "\n\n";
        AtomicLong writtenCount = new AtomicLong();
        CountDownLatch allWritten = new CountDownLatch(1);
        engine.answers(exchange -> {
            exchange.beginEvents();
            for (long i = 0; i < pieceCount; i++) {
                exchange.chunk(piece);
                writtenCount.incrementAndGet();
            }
            exchange.end();
            allWritten.countDown();
        });
        try (Socket client = new Socket()) {
            client.setReceiveBufferSize(16 * 1024);
            client.setSoTimeout(WAIT_SECONDS_MAX * 1000);
            client.connect(weir.connect().getRemoteSocketAddress());
            send(client, CHAT, "", ASK_STREAM);
            readUntil(client, text -> text.contains("data: x"));
            assertThat(allWritten.await(1, TimeUnit.SECONDS)).isFalse();
            // What is under way lies in socket buffers and a bounded queue: far less than the whole.
            assertThat(writtenCount.get()).isLessThan(pieceCount / 2);
            byte[] rest = new byte[1 << 16];
            long readCount = 0;
            byte[] end = new byte[0];
            while (!new String(end, ISO_8859_1).endsWith("0\r\n\r\n")) {
                int count = client.getInputStream().read(rest);
                assertThat(count).isPositive();
                readCount += count;
                end = Arrays.copyOfRange(rest, Math.max(0, count - 5), count);
            }
            assertThat(readCount).isGreaterThan((pieceCount - 1) * piece.length());
        }
    }

    @Test
    void anUnknownModelIsNotFoundAndTheKnownOnesAreNamed() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{}"));
        HttpResponse<String> response = weir.post(CHAT, "{\"model\":\"nope\"}");
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(error(response).path("code").asString()).isEqualTo("model_not_found");
        assertThat(error(response).path("message").asString()).contains("nope", "m, org/other");
        assertThat(engine.hasRequest()).isFalse();
    }

    @Test
    void aNameThatOnlyTheConfigurationGivesAMeaningSaysWhatIsMissingThere() throws Exception {
        assertThat(error(weir.post(CHAT, "{\"model\":\"weir-auto\"}"))
                        .path("message")
                        .asString())
                .startsWith("the model `weir-auto` does not exist until `tiers` in weir.yaml says ");
        assertThat(error(weir.post(CHAT, "{\"model\":\"weir-power\"}"))
                        .path("message")
                        .asString())
                .startsWith("the model `weir-power` does not exist until `tiers` in weir.yaml has models for `power`;");
    }

    @Test
    void malformedJsonIsABadRequest() throws Exception {
        HttpResponse<String> response = weir.post(CHAT, "{\"model\":");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response).path("type").asString()).isEqualTo("invalid_request_error");
        assertThat(response.headers().firstValue("x-request-id")).isPresent();
    }

    @Test
    void anEncodedBodyIsRefusedByName() throws Exception {
        HttpResponse<String> response = weir.post(CHAT, ASK, "content-encoding", "gzip");
        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(error(response).path("message").asString()).contains("gzip");
    }

    @Test
    void whatIsNotThereIsToldInTheSameEnvelope() throws Exception {
        assertThat(error(weir.get("/v1/nothing")).path("code").asString()).isEqualTo("unknown_url");
        HttpResponse<String> wrongMethod = weir.get(CHAT);
        assertThat(wrongMethod.statusCode()).isEqualTo(405);
        assertThat(wrongMethod.headers().firstValue("allow")).hasValue("POST");
        assertThat(error(wrongMethod).path("code").asString()).isEqualTo("method_not_allowed");
    }

    @Test
    void modelsAreListedAsTheEngineHasThem() throws Exception {
        JsonNode models = JsonMapper.shared().readTree(weir.get("/v1/models").body());
        assertThat(models.path("data").values().stream()
                        .map(model -> model.path("id").asString()))
                .containsExactly("m", "org/other");
        JsonNode other =
                JsonMapper.shared().readTree(weir.get("/v1/models/org/other").body());
        assertThat(other.path("max_model_len").asInt()).isEqualTo(512);
        assertThat(weir.get("/v1/models/nope").statusCode()).isEqualTo(404);
    }

    @Test
    void requestsAreCountedAndUnknownModelsGetNoLabelOfTheirOwn() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{}"));
        weir.post(CHAT, ASK);
        weir.post(CHAT, "{\"model\":\"junk-1\"}");
        String metrics = weir.get("/actuator/prometheus").body();
        assertThat(metrics)
                .contains("weir_requests_total{model=\"m\",status=\"200\",stream=\"false\"}")
                .contains("weir_requests_total{model=\"unknown\",status=\"404\",stream=\"false\"}")
                .contains("weir_overhead_seconds_bucket{model=\"m\"")
                .contains("weir_upstream_first_byte_seconds_bucket{model=\"m\"")
                .doesNotContain("junk-1");
    }

    @Test
    void onlyHealthAndMetricsAreShownOfTheInside() throws Exception {
        assertThat(weir.get("/actuator/health/liveness").statusCode()).isEqualTo(200);
        assertThat(weir.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
        for (String hidden :
                List.of("/actuator", "/actuator/env", "/actuator/beans", "/actuator/heapdump", "/actuator/info")) {
            assertThat(weir.get(hidden).statusCode()).as(hidden).isEqualTo(404);
        }
    }

    private static JsonNode error(HttpResponse<String> response) {
        return JsonMapper.shared().readTree(response.body()).path("error");
    }
}
