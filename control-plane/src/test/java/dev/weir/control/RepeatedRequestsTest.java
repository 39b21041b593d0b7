package dev.weir.control;

import static dev.weir.control.RunningControlPlane.readUntil;
import static dev.weir.control.RunningControlPlane.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.storage.TestDatabases;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The same request twice: one after the other under one key, or at the same time. */
class RepeatedRequestsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final int WAIT_SECONDS_MAX = 20;
    private static final String USAGE = "\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20}";

    @TempDir
    private static Path directory;

    private static ScriptedEngine engine;
    private static RunningControlPlane weir;
    private static final AtomicInteger FEATURE = new AtomicInteger();

    @BeforeAll
    static void start() throws IOException {
        Path configuration = Files.writeString(directory.resolve("weir.yaml"), "prices: {m: {input: 1, output: 10}}\n");
        engine = ScriptedEngine.with("m");
        weir = new RunningControlPlane(List.of(engine), "--weir.configuration.file=" + configuration);
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        engine.close();
    }

    private static String ask(String more) {
        return "{\"model\":\"m\",\"messages\":[]" + more + "}";
    }

    @Test
    void theSameKeyAndRequestGetTheSameAnswerAndItIsPaidOnce() throws Exception {
        AtomicInteger count = new AtomicInteger();
        engine.answers(exchange -> exchange.json(200, "{\"n\":" + count.incrementAndGet() + "," + USAGE + "}"));
        String feature = "feature-" + FEATURE.incrementAndGet();
        String first = weir.post(CHAT, ask(""), "idempotency-key", "k1", "weir-feature", feature)
                .body();
        HttpResponse<String> second =
                weir.post(CHAT, ask(""), "idempotency-key", "k1", "weir-feature", feature, "x-request-id", "again");
        assertThat(second.body()).isEqualTo(first);
        assertThat(second.headers().firstValue("idempotent-replayed")).hasValue("true");
        assertThat(second.headers().firstValue("x-request-id")).hasValue("again");
        assertThat(count).hasValue(1);
        assertBooked(feature, 2, "0.0003");
        HttpResponse<String> other = weir.post(CHAT, ask(",\"n\":2"), "idempotency-key", "k1");
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(other.body()).contains("idempotency_key_reused");
        assertThat(weir.post(CHAT, ask(""), "idempotency-key", "k2").body()).isNotEqualTo(first);
        assertThat(weir.post(CHAT, ask(""), "idempotency-key", "two words").statusCode())
                .isEqualTo(400);
    }

    @Test
    void theAnswerIsTheSameWhereverTheRequestWouldGoNow() throws Exception {
        Path configuration =
                Files.writeString(directory.resolve("arms.yaml"), "aliases: {either: {arms: {one: 50, other: 50}}}\n");
        try (ScriptedEngine both = ScriptedEngine.with("one", "other");
                RunningControlPlane armed =
                        new RunningControlPlane(List.of(both), "--weir.configuration.file=" + configuration)) {
            AtomicInteger count = new AtomicInteger();
            both.answers(exchange -> exchange.json(200, "{\"n\":" + count.incrementAndGet() + "}"));
            String ask = "{\"model\":\"either\",\"messages\":[]}";
            for (int again = 0; again < 20; again++) { // an arm is drawn by the request's id
                HttpResponse<String> answer =
                        armed.post(CHAT, ask, "idempotency-key", "arms", "x-request-id", "try-" + again);
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("{\"n\":1}");
            }
            assertThat(count).hasValue(1);
        }
    }

    @Test
    void replicasThatShareARedisKnowWhatEachOtherWasAsked() throws Exception {
        String redis = "--weir.storage.redis=" + TestDatabases.redis().value();
        String key = UUID.randomUUID().toString();
        try (RunningControlPlane one = new RunningControlPlane(List.of(engine), redis);
                RunningControlPlane other = new RunningControlPlane(List.of(engine), redis)) {
            CountDownLatch open = new CountDownLatch(1);
            engine.answers(exchange -> {
                assertThat(open.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
                exchange.json(200, "{\"fine\":\"grüß\"}");
            });
            CompletableFuture<String> first = inBackground(one, ask(""), key);
            engine.nextRequest();
            assertThat(other.post(CHAT, ask(""), "idempotency-key", key).statusCode())
                    .isEqualTo(409);
            assertThat(other.post(CHAT, ask(",\"n\":2"), "idempotency-key", key).statusCode())
                    .isEqualTo(422);
            open.countDown();
            assertThat(first.join()).isEqualTo("{\"fine\":\"grüß\"}");
            engine.answers(ScriptedEngine.Exchange::die);
            HttpResponse<String> again = other.post(CHAT, ask(""), "idempotency-key", key);
            assertThat(again.body()).isEqualTo(first.join());
            assertThat(again.headers().firstValue("idempotent-replayed")).hasValue("true");
            assertThat(other.post(CHAT, ask(""), "idempotency-key", key + "-2").statusCode())
                    .isEqualTo(503);
            engine.answers(exchange -> exchange.json(200, "{\"fine\":2}"));
            assertThat(one.post(CHAT, ask(""), "idempotency-key", key + "-2").body())
                    .as("what failed is free again, on every replica")
                    .isEqualTo("{\"fine\":2}");
        }
    }

    @Test
    void aStreamIsReplayedAsItWas() throws Exception {
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: 1\n\n");
            exchange.chunk("data: 2\n\ndata: [DONE]\n\n");
            exchange.end();
        });
        String ask = ask(",\"stream\":true");
        String first = weir.post(CHAT, ask, "idempotency-key", "s1").body();
        engine.answers(ScriptedEngine.Exchange::die);
        HttpResponse<String> second = weir.post(CHAT, ask, "idempotency-key", "s1");
        assertThat(second.body()).isEqualTo(first).isEqualTo("data: 1\n\ndata: 2\n\ndata: [DONE]\n\n");
        assertThat(second.headers().firstValue("content-type")).hasValue("text/event-stream");
    }

    @Test
    void whatFailedOrBrokeOffIsTriedAgainAndWhatIsUnderWayIsWaitedFor() throws Exception {
        engine.answers(exchange -> exchange.json(500, "{}"));
        assertThat(weir.post(CHAT, ask(""), "idempotency-key", "f1").statusCode())
                .isEqualTo(503);
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: 1\n\n");
            exchange.die();
        });
        String stream = ask(",\"stream\":true");
        assertThat(weir.post(CHAT, stream, "idempotency-key", "f2").body()).contains("engine_failed");
        CountDownLatch asked = new CountDownLatch(1);
        engine.answers(exchange -> {
            assertThat(asked.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            exchange.json(200, "{\"fine\":1}");
        });
        CompletableFuture<String> first = inBackground(ask(""), "f1");
        engine.nextRequest();
        HttpResponse<String> meanwhile = weir.post(CHAT, ask(""), "idempotency-key", "f1");
        assertThat(meanwhile.statusCode()).isEqualTo(409);
        assertThat(meanwhile.headers().firstValue("retry-after")).hasValue("1");
        asked.countDown();
        assertThat(first.join()).isEqualTo("{\"fine\":1}");
        engine.answers(exchange -> exchange.json(200, "{\"fine\":2}"));
        assertThat(weir.post(CHAT, stream, "idempotency-key", "f2").body()).isEqualTo("{\"fine\":2}");
    }

    @Test
    void sameRequestsAtTheSameTimeAreComputedOnceAndEachIsCharged() throws Exception {
        CountDownLatch allAsked = new CountDownLatch(1);
        AtomicInteger count = new AtomicInteger();
        engine.answers(exchange -> {
            count.incrementAndGet();
            assertThat(allAsked.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            exchange.json(200, "{\"fine\":1," + USAGE + "}");
        });
        String feature = "feature-" + FEATURE.incrementAndGet();
        Counter coalesced = weir.part(MeterRegistry.class).counter("weir.coalesced");
        double before = coalesced.count();
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int caller = 0; caller < 5; caller++) {
            answers.add(inBackground(ask(",\"temperature\":0"), "", "weir-feature", feature));
        }
        engine.nextRequest();
        await().until(() -> coalesced.count() == before + 4);
        allAsked.countDown();
        for (CompletableFuture<String> answer : answers) {
            assertThat(answer.join()).isEqualTo("{\"fine\":1," + USAGE + "}");
        }
        assertThat(count).hasValue(1);
        assertBooked(feature, 5, "0.0015");
    }

    @Test
    void aCallerWhoLeavesTakesNobodyWithItAndTheLastOneFreesTheEngine() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: 1\n\n");
            assertThat(goOn.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            exchange.chunk("data: 2\n\n");
            exchange.awaitGone(gone);
        });
        String ask = ask(",\"stream\":true,\"seed\":7");
        try (Socket second = weir.connect()) {
            try (Socket first = weir.connect()) {
                send(first, CHAT, "", ask);
                readUntil(first, text -> text.contains("data: 1\n\n"));
                send(second, CHAT, "", ask);
                assertThat(readUntil(second, text -> text.contains("data: 1\n\n")))
                        .containsIgnoringCase("x-weir-coalesced: true");
            }
            goOn.countDown();
            readUntil(second, text -> text.contains("data: 2\n\n"));
            assertThat(gone.getCount()).isEqualTo(1);
        }
        assertThat(gone.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        await().until(weir::underWayCount, count -> count == 0);
    }

    @Test
    void whatIsDrawnByChanceIsDrawnForEach() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        engine.answers(exchange -> {
            both.countDown();
            assertThat(both.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            exchange.json(200, "{}");
        });
        CompletableFuture<String> first = inBackground(ask(",\"temperature\":0.5"), "");
        CompletableFuture<String> second = inBackground(ask(",\"temperature\":0.5"), "");
        assertThat(first.join()).isEqualTo(second.join());
    }

    private static CompletableFuture<String> inBackground(String ask, String key, String... headers) {
        return inBackground(weir, ask, key, headers);
    }

    private static CompletableFuture<String> inBackground(
            RunningControlPlane weir, String ask, String key, String... headers) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        List<String> all = new ArrayList<>(List.of(headers));
        if (!key.isEmpty()) {
            all.addAll(List.of("idempotency-key", key));
        }
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(weir.post(CHAT, ask, all.toArray(String[]::new)).body());
            } catch (IOException | InterruptedException failure) {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    private static void assertBooked(String feature, int calls, String cost) {
        await().untilAsserted(() -> {
            JsonNode rows = JsonMapper.shared()
                    .readTree(weir.get("/admin/costs?by=feature").body())
                    .path("rows");
            assertThat(rows.values()).anySatisfy(row -> {
                assertThat(row.at("/tags/feature").asString("")).isEqualTo(feature);
                assertThat(row.path("calls").asInt()).isEqualTo(calls);
                assertThat(row.path("cost").decimalValue()).isEqualByComparingTo(cost);
            });
        });
    }
}
