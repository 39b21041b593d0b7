package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests that their model does not answer, or not soon. */
class DetoursTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = "{\"model\":\"m\",\"messages\":[]}";
    private static final String STREAM = "{\"model\":\"m\",\"stream\":true,\"messages\":[]}";
    private static final String TOO_LONG = "{\"error\":{\"code\":\"context_length_exceeded\"}}";

    @TempDir
    private Path directory;

    private ScriptedEngine first;
    private ScriptedEngine second;
    private RunningControlPlane weir;

    @BeforeEach
    void start() throws IOException {
        first = ScriptedEngine.with("m", "spare", "long", "dear", "dear-first");
        second = ScriptedEngine.with("m");
        Path configuration = Files.writeString(directory.resolve("weir.yaml"), """
                models:
                  m:
                    hedge: true
                    fallbacks:
                      - {to: spare, for: busy}
                      - {to: long, for: [context_length, failed]}
                  dear-first:
                    fallbacks:
                      - {to: dear, for: busy}
                      - {to: spare, for: busy}
                prices: {dear: {output: 10}, spare: {output: 1}}
                tenants: {default: {max-cost-per-token: 0.000005}}
                """);
        weir = new RunningControlPlane(
                List.of(first, second), "--weir.configuration.file=" + configuration, "--weir.fleet.probe-every=1h");
    }

    @AfterEach
    void stop() throws IOException {
        weir.close();
        first.close();
        second.close();
    }

    /** Says which model was asked, but for those that do what they are told. */
    private static void answer(ScriptedEngine engine, ScriptedEngine.Script ofM) {
        engine.answers(exchange -> {
            String model = JsonMapper.shared()
                    .readTree(exchange.request().body())
                    .path("model")
                    .asString();
            if (model.equals("m")) {
                ofM.answer(exchange);
            } else {
                exchange.json(200, "{\"from\":\"" + model + "\"}");
            }
        });
    }

    @Test
    void anotherModelIsAskedForTheCausesItIsMeantFor() throws Exception {
        answer(first, exchange -> exchange.json(400, TOO_LONG));
        assertThat(weir.post(CHAT, ASK).body()).isEqualTo("{\"from\":\"long\"}");
        for (ScriptedEngine engine : List.of(first, second)) {
            answer(engine, exchange -> exchange.json(429, "{}"));
        }
        HttpResponse<String> busy = weir.post(CHAT, ASK);
        assertThat(busy.body()).isEqualTo("{\"from\":\"spare\"}");
        assertThat(busy.headers().firstValue("x-weir-fallback")).hasValue("m -> spare; busy");
        for (ScriptedEngine engine : List.of(first, second)) {
            answer(engine, ScriptedEngine.Exchange::die);
        }
        assertThat(weir.post(CHAT, ASK).body()).isEqualTo("{\"from\":\"long\"}");
        answer(first, exchange -> exchange.json(400, "{\"error\":{\"code\":null}}"));
        await().until(weir::underWayCount, count -> count == 0);
        assertThat(weir.post(CHAT, ASK).statusCode()).isEqualTo(400);
    }

    @Test
    void whatATenantMayNotSpendIsNotSpentOnAFallbackEither() throws Exception {
        first.answers(exchange -> {
            if (exchange.request().body().contains("dear-first")) {
                exchange.json(429, "{}");
            } else {
                exchange.json(200, exchange.request().body());
            }
        });
        assertThat(weir.post(CHAT, ASK.replace("\"m\"", "\"dear-first\"")).body())
                .contains("\"spare\"");
        assertThat(weir.post(CHAT, ASK.replace("\"m\"", "\"dear\"")).body()).contains("no_model_within_limits");
    }

    @Test
    void whereTheFallbackFailsTooItsWordsAreTold() throws Exception {
        first.answers(exchange -> exchange.json(exchange.request().body().contains("\"long\"") ? 422 : 400, TOO_LONG));
        assertThat(weir.post(CHAT, ASK).statusCode()).isEqualTo(422);
    }

    @Test
    void aStreamThatTakesLongIsAskedOfASecondEngineAndPaidOnce() throws Exception {
        for (ScriptedEngine engine : List.of(first, second)) {
            engine.answers(exchange -> stream(exchange, "quick"));
        }
        for (int request = 0; request < 25; request++) {
            weir.post(CHAT, STREAM);
        }
        CountDownLatch gone = new CountDownLatch(1);
        first.answers(exchange -> exchange.awaitGone(gone));
        HttpResponse<String> answer = weir.post(CHAT, STREAM, "weir-feature", "hedged");
        assertThat(answer.body()).contains("quick", "[DONE]");
        assertThat(answer.headers().firstValue("x-weir-engine")).hasValue(second.name());
        assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
        await().until(weir::underWayCount, count -> count == 0);
        await().untilAsserted(() -> {
            JsonNode rows = JsonMapper.shared()
                    .readTree(weir.get("/admin/costs?by=feature").body())
                    .path("rows");
            assertThat(rows.values()).anySatisfy(row -> {
                assertThat(row.at("/tags/feature").asString("")).isEqualTo("hedged");
                assertThat(row.path("calls").asInt()).isEqualTo(1);
                assertThat(row.path("outputTokens").asInt()).isEqualTo(4);
            });
        });
    }

    @Test
    void aFirstEngineThatFailsIsNotWaitedForByItsHedge() throws Exception {
        for (ScriptedEngine engine : List.of(first, second)) {
            engine.answers(exchange -> stream(exchange, "quick"));
        }
        for (int request = 0; request < 25; request++) {
            weir.post(CHAT, STREAM);
        }
        for (ScriptedEngine engine : List.of(first, second)) {
            engine.answers(exchange -> exchange.json(404, "{\"error\":{}}"));
        }
        assertThat(weir.post(CHAT, STREAM).statusCode()).isEqualTo(404);
    }

    private static void stream(ScriptedEngine.Exchange exchange, String text) throws IOException {
        exchange.beginEvents();
        exchange.chunk(
                "data: {\"choices\":[{\"delta\":{\"content\":\"" + text
                        + "\"}}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\ndata: [DONE]\n\n");
        exchange.end();
    }
}
