package dev.weir.control;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.ScriptedEngine.Script;
import dev.weir.control.quota.Limit;
import dev.weir.control.quota.Limit.Metric;
import dev.weir.control.quota.Limit.Period;
import dev.weir.control.quota.Limit.Subject;
import dev.weir.control.quota.Limit.Subject.Kind;
import dev.weir.control.quota.Quota;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What spills over when there is no room here, and what never does. */
class OverflowTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = "{\"model\":\"m\",\"messages\":[],\"max_tokens\":10}";
    private static final String BUSY = "{\"error\":{\"code\":\"engine_overloaded\"}}";
    private static final String FINE =
            "{\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":500,\"total_tokens\":1500}}";

    /** Everything that leaves an engine without room, or makes it fail. */
    private static final Map<String, Script> FAILURES = Map.of(
            "429", exchange -> exchange.json(429, BUSY),
            "503", exchange -> exchange.json(503, "{\"error\":{\"code\":\"deadline_unreachable\"}}"),
            "500", exchange -> exchange.json(500, "{}"),
            "400", exchange -> exchange.json(400, "{}"),
            "death", ScriptedEngine.Exchange::die);

    @TempDir
    private Path directory;

    private ScriptedEngine engine;
    private ScriptedEngine near;
    private ScriptedEngine far;
    private RunningControlPlane weir;

    @BeforeEach
    void start() throws IOException {
        engine = ScriptedEngine.with("m", "other", "dear");
        near = ScriptedEngine.with();
        far = ScriptedEngine.with();
        near.answers(exchange -> exchange.json(200, FINE));
        far.answers(exchange -> exchange.json(200, FINE));
        Path key = Files.writeString(directory.resolve("key"), "sk-outside");
        Path configuration =
                Files.writeString(directory.resolve("weir.yaml"), """
                overflow:
                  providers:
                    near: {url: "%s/v1", key-file: "%s", region: eu, budget-per-day: 0.01,
                      models: {m: {name: big-1, input: 1, output: 2}, dear: {name: big-3, input: 1, output: 90}}}
                    far: {url: "%s/v1", key-file: "%s", region: us, budget-per-day: 10,
                      models: {m: {name: big-2, input: 1, output: 2}}}
                prices: {m: {input: 0.1, output: 0.2}}
                tenants: {default: {max-cost-per-token: 0.00001}}
                """.formatted(near.url(), key, far.url(), key));
        weir = new RunningControlPlane(
                List.of(engine),
                "--weir.configuration.file=" + configuration,
                "--weir.fleet.probe-every=1h",
                "--weir.fleet.breaker.failures-in-a-row=5");
    }

    @AfterEach
    void stop() throws IOException {
        weir.close();
        engine.close();
        near.close();
        far.close();
    }

    private static Script failure(String name) {
        return requireNonNull(FAILURES.get(name));
    }

    private void allow() throws Exception {
        HttpResponse<String> changed = weir.patch("/admin/tenants/default", "{\"dataResidency\":\"OVERFLOW_ALLOWED\"}");
        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
    }

    @Test
    void ofATenantWhoseDataStaysHereNoByteLeavesWhateverFails() throws Exception {
        Script forbidden = _ -> {
            throw new AssertionError("a byte left");
        };
        near.answers(forbidden);
        far.answers(forbidden);
        for (Map.Entry<String, Script> failure : FAILURES.entrySet()) {
            engine.answers(failure.getValue());
            for (String stream : List.of("false", "true")) {
                weir.post(CHAT, ASK.replace("{\"model\"", "{\"stream\":" + stream + ",\"model\""));
            }
        }
        engine.answers(ScriptedEngine.Exchange::die);
        // Until the breaker has opened; then nobody listens any more.
        for (int failure = 0; failure < 6; failure++) {
            weir.post(CHAT, ASK);
        }
        engine.leave();
        weir.post(CHAT, ASK);
        assertThat(near.connectionCount() + far.connectionCount()).isZero();
    }

    @Test
    void whatAnEngineHasNoRoomForSpillsOverAndNothingElseDoes() throws Exception {
        allow();
        for (String without : List.of("429", "503")) {
            engine.answers(failure(without));
            HttpResponse<String> answer = weir.post(CHAT, ASK);
            assertThat(answer.headers().firstValue("x-weir-engine")).as(without).hasValue("overflow:near");
        }
        near.answers(exchange -> exchange.json(200, FINE));
        for (String other : List.of("400", "500", "death")) {
            engine.answers(failure(other));
            assertThat(weir.post(CHAT, ASK).statusCode()).as(other).isGreaterThanOrEqualTo(400);
        }
        assertThat(near.hasRequest()).isFalse();
    }

    @Test
    void whereNoEngineIsReadyOrTrustedItSpillsOverToo() throws Exception {
        allow();
        engine.answers(ScriptedEngine.Exchange::die);
        for (int failure = 0; failure < 5; failure++) {
            assertThat(weir.post(CHAT, ASK).statusCode()).isEqualTo(503);
        }
        assertThat(weir.post(CHAT, ASK).headers().firstValue("x-weir-engine")).hasValue("overflow:near");
        engine.leave();
        assertThat(weir.post(CHAT, ASK).headers().firstValue("x-weir-engine")).hasValue("overflow:near");
    }

    @Test
    void aProviderThatFailsIsNextToNothingAndTheEnginesWordsAreTold() throws Exception {
        allow();
        engine.answers(failure("429"));
        near.answers(exchange -> exchange.json(401, "{\"error\":{\"message\":\"Incorrect API key sk-outside\"}}"));
        HttpResponse<String> second = weir.post(CHAT, ASK);
        assertThat(second.headers().firstValue("x-weir-engine")).hasValue("overflow:far");
        far.answers(exchange -> exchange.json(529, "{\"error\":{\"type\":\"overloaded_error\"}}"));
        HttpResponse<String> neither = weir.post(CHAT, ASK);
        assertThat(neither.statusCode()).isEqualTo(429);
        assertThat(neither.body()).isEqualTo(BUSY);
    }

    @Test
    void requestsThatAProviderFindsWrongDoNotShutItOffForOthers() throws Exception {
        allow();
        engine.answers(failure("429"));
        for (int status : List.of(400, 404, 413, 422, 400, 404)) {
            near.answers(exchange -> exchange.json(status, "{\"error\":{\"code\":\"content_policy_violation\"}}"));
            assertThat(answeredBy()).as("near answers %d", status).isEqualTo("overflow:far");
        }
        near.answers(exchange -> exchange.json(200, FINE));
        assertThat(answeredBy()).isEqualTo("overflow:near");
        for (int status : List.of(401, 403, 429, 500, 503)) {
            near.answers(exchange -> exchange.json(status, "{}"));
            assertThat(answeredBy()).as("near answers %d", status).isEqualTo("overflow:far");
        }
        near.answers(exchange -> exchange.json(200, FINE));
        assertThat(answeredBy()).as("these say that it is not well").isEqualTo("overflow:far");
        assertThat(near.hasRequest()).isFalse();
    }

    private String answeredBy() throws Exception {
        return weir.post(CHAT, ASK).headers().firstValue("x-weir-engine").orElse("");
    }

    @Test
    void aStreamThatBreaksOffOutsideEndsWithAnErrorAndWithoutDone() throws Exception {
        allow();
        engine.answers(failure("429"));
        near.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n");
            exchange.end();
        });
        String body = weir.post(CHAT, ASK.replace("{\"model\"", "{\"stream\":true,\"model\""))
                .body();
        assertThat(body).contains("\"x\"", "data: {\"error\"").doesNotContain("[DONE]");
    }

    @Test
    void whatAProviderCannotGiveStaysHere() throws Exception {
        allow();
        engine.answers(failure("429"));
        for (String field : List.of("\"guided_regex\":\"a+\"", "\"logit_bias\":{\"5\":1}", "\"min_p\":0.1")) {
            assertThat(weir.post(CHAT, ASK.replace("{\"model\"", "{" + field + ",\"model\""))
                            .statusCode())
                    .as(field)
                    .isEqualTo(429);
        }
        assertThat(weir.post("/v1/embeddings", "{\"model\":\"m\",\"input\":\"x\"}")
                        .statusCode())
                .isEqualTo(429);
        assertThat(weir.post(CHAT, ASK.replace("\"m\"", "\"other\"")).statusCode())
                .isEqualTo(429);
        assertThat(weir.post(CHAT, ASK.replace("{\"model\"", "{\"max_cost_per_token\":0.000001,\"model\""))
                        .statusCode())
                .isEqualTo(429);
        assertThat(weir.post(CHAT, ASK.replace("\"m\"", "\"dear\"")).statusCode())
                .as("more than the tenant may spend on a token")
                .isEqualTo(429);
        assertThat(near.hasRequest() || far.hasRequest()).isFalse();
    }

    @Test
    void whatItCostsIsBookedAndADaysBudgetIsNotOvershot() throws Exception {
        allow();
        engine.answers(failure("429"));
        // 1,000 at 1 and 500 at 2 per million: five such answers are all of the budget.
        int answeredNear = 0;
        for (int request = 0; request < 8; request++) {
            HttpResponse<String> answer = weir.post(CHAT, ASK);
            answeredNear +=
                    answer.headers().firstValue("x-weir-engine").orElse("").equals("overflow:near") ? 1 : 0;
        }
        assertThat(answeredNear).isEqualTo(5);
        await().untilAsserted(() -> assertBooked("overflow:near", 5, "0.01"));
    }

    @Test
    void ofEqualRequestsAtTheSameTimeTheFirstPaysTheBillFromOutside() throws Exception {
        allow();
        engine.answers(failure("429"));
        CountDownLatch allAsked = new CountDownLatch(1);
        near.answers(exchange -> {
            assertThat(allAsked.await(20, TimeUnit.SECONDS)).isTrue();
            exchange.json(200, FINE);
        });
        Counter coalesced = weir.part(MeterRegistry.class).counter("weir.coalesced");
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int caller = 0; caller < 4; caller++) {
            answers.add(inBackground(ASK.replace("{\"model\"", "{\"temperature\":0,\"model\"")));
        }
        near.nextRequest();
        await().until(() -> coalesced.count() == 3);
        allAsked.countDown();
        for (CompletableFuture<String> answer : answers) {
            assertThat(answer.join()).isEqualTo(FINE);
        }
        await().untilAsserted(() -> {
            assertBooked("overflow:near", 1, "0.002");
            assertBooked("overflow:near/shared", 3, "0.0006");
        });
        Limit budget = new Limit(
                "near", new Subject(Kind.PROVIDER, "overflow:near"), null, Metric.COST, Period.DAY, 1_000_000_000);
        assertThat(weir.part(Quota.class).spent(budget))
                .as("what the provider's budget begins with after a restart")
                .isEqualTo(2_000_000);
    }

    private CompletableFuture<String> inBackground(String ask) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(weir.post(CHAT, ask).body());
            } catch (IOException | InterruptedException failure) {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    private void assertBooked(String who, int calls, String cost) throws Exception {
        JsonNode rows = JsonMapper.shared()
                .readTree(weir.get("/admin/costs?by=engine").body())
                .path("rows");
        assertThat(rows.values()).anySatisfy(row -> {
            assertThat(row.at("/tags/engine").asString("")).isEqualTo(who);
            assertThat(row.path("calls").asInt()).isEqualTo(calls);
            assertThat(row.path("cost").decimalValue()).isEqualByComparingTo(cost);
        });
    }
}
