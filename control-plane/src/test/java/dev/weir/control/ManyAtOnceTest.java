package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.storage.TestDatabases;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is asked of others on the way, a request goes on where its client is read, and finds its own event loop's connections to the engine.
 * Whoever comes from no loop finds one loop's part of them.
 */
class ManyAtOnceTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final int WAIT_SECONDS_MAX = 20;

    /** Of an event loop, of which there are at least four. */
    private static final int CONNECTIONS = 64;

    private static final int REQUESTS = 100;

    @TempDir
    private static Path directory;

    private static ScriptedEngine engine;
    private static RunningControlPlane weir;

    private final AtomicInteger arrived = new AtomicInteger();

    @BeforeAll
    static void start() throws Exception {
        Path file = Files.writeString(directory.resolve("weir.yaml"), """
                cache:
                  - {models: [cached], exact: {ttl: 1h}}
                  - {models: [alike], semantic: {error-max: 0.01}}
                """);
        engine = ScriptedEngine.with("plain", "limited", "cached", "alike", "embedder");
        weir = new RunningControlPlane(
                List.of(engine),
                "--weir.configuration.file=" + file,
                "--weir.cache.encoder=" + engine.url(),
                "--weir.cache.encoder-model=embedder",
                "--weir.storage.redis=" + TestDatabases.redis().value(),
                "--weir.storage.redis-answer-max=30s",
                "--weir.upstream.connections-per-engine-max=" + CONNECTIONS);
        HttpResponse<String> limit = weir.post(
                "/admin/limits",
                "{\"tenant\":\"default\",\"model\":\"limited\",\"metric\":\"COST\",\"period\":\"DAY\",\"max\":1000}");
        assertThat(limit.statusCode()).as(limit.body()).isEqualTo(201);
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        engine.close();
    }

    @Test
    void allReachTheEngineBehindAReservation() throws Exception {
        assertAllReachTheEngine("limited", false);
    }

    @Test
    void allReachTheEngineBehindALookForTheSameAnswer() throws Exception {
        assertAllReachTheEngine("cached", false);
    }

    @Test
    void allReachTheEngineBehindALookForAnAnswerToTheLike() throws Exception {
        assertAllReachTheEngine("alike", false);
    }

    @Test
    void allReachTheEngineBehindAnIdempotencyKey() throws Exception {
        assertAllReachTheEngine("plain", true);
    }

    private void assertAllReachTheEngine(String model, boolean once) throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        engine.answers(exchange -> {
            if (exchange.request().path().equals("/v1/embeddings")) {
                exchange.json(200, "{\"data\":[{\"embedding\":[3,4]}]}");
                return;
            }
            arrived.incrementAndGet();
            assertThat(open.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            exchange.json(200, "{}");
        });
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<HttpResponse<String>>> answers = new ArrayList<>();
            for (int client = 0; client < REQUESTS; client++) {
                String question = "Is it allowed to take a bike along" + "!".repeat(client);
                String ask = "{\"model\":\"" + model
                        + "\",\"max_tokens\":1,\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\""
                        + question + "\"}]}";
                String key = UUID.randomUUID().toString();
                answers.add(clients.submit(
                        () -> once ? weir.post(CHAT, ask, "idempotency-key", key) : weir.post(CHAT, ask)));
            }
            try {
                await().until(arrived::get, count -> count == REQUESTS);
            } finally {
                open.countDown();
            }
            for (Future<HttpResponse<String>> answer : answers) {
                assertThat(answer.get().statusCode()).isEqualTo(200);
            }
        }
    }
}
