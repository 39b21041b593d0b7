package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.storage.TestDatabases;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The configuration changes while requests are under way. */
class LiveReloadTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = "{\"model\":\"m\",\"messages\":[]}";
    private static final String[] REASON = {"weir-reason", "a test"};
    private static final String OTHERS_ANSWER =
            "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Write to ada@example.org.\"},"
                    + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20}}";
    private static final int CLIENTS = 8;
    private static final int RELOADS = 20;

    @TempDir
    private Path directory;

    @Test
    void enginesComeAndGoUnderLoadAndNoRequestIsDropped() throws Exception {
        Path file = directory.resolve("weir.yaml");
        try (ScriptedEngine first = ScriptedEngine.with("m");
                ScriptedEngine second = ScriptedEngine.with("m")) {
            String both = engines(first, second);
            Files.writeString(file, both);
            try (RunningControlPlane weir = new RunningControlPlane(
                    List.of(), "--weir.configuration.file=" + file, "--weir.configuration.look-every=1h")) {
                weir.awaitReadyCount(2);
                AtomicBoolean over = new AtomicBoolean();
                try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
                    List<Future<Integer>> counts = new ArrayList<>();
                    for (int client = 0; client < CLIENTS; client++) {
                        counts.add(clients.submit(asking(weir, over)));
                    }
                    for (int reload = 0; reload < RELOADS; reload++) {
                        Files.writeString(file, reload % 2 == 0 ? engines(first) : both);
                        HttpResponse<String> applied = weir.post("/admin/configuration/reload", "", REASON);
                        assertThat(applied.statusCode()).as(applied.body()).isEqualTo(200);
                        assertThat(applied.body()).contains("applied");
                        weir.awaitReadyCount(reload % 2 == 0 ? 1 : 2);
                    }
                    over.set(true);
                    for (Future<Integer> count : counts) {
                        assertThat(count.get()).isPositive();
                    }
                }
                JsonNode serving = json(weir.get("/admin/configuration"));
                assertThat(serving.path("version").asInt()).isEqualTo(1 + RELOADS);
                assertThat(audited(weir))
                        .filteredOn(done -> done.equals("configuration.reload: a test"))
                        .hasSize(RELOADS);
            }
        }
    }

    @Test
    void aRequestKeepsToTheConfigurationThatItCameInUnder() throws Exception {
        Path file = directory.resolve("weir.yaml");
        CountDownLatch reloaded = new CountDownLatch(1);
        try (ScriptedEngine engine = ScriptedEngine.with("m", "other")) {
            Files.writeString(file, engines(engine) + """
                    models: {m: {fallbacks: [{to: other, for: failed}]}}
                    prices: {other: {input: 1, output: 10}}
                    guards: [{models: [other], answers: {action: redact, kinds: [email]}}]
                    """);
            engine.answers(exchange -> {
                if (exchange.request().body().contains("\"m\"")) {
                    assertThat(reloaded.await(20, TimeUnit.SECONDS)).isTrue();
                    exchange.json(500, "{}");
                } else {
                    exchange.json(200, OTHERS_ANSWER);
                }
            });
            try (RunningControlPlane weir = new RunningControlPlane(
                    List.of(), "--weir.configuration.file=" + file, "--weir.configuration.look-every=1h")) {
                weir.awaitReadyCount(1);
                CompletableFuture<HttpResponse<String>> before = new CompletableFuture<>();
                Thread.ofVirtual().start(() -> {
                    try {
                        before.complete(weir.post(CHAT, ASK));
                    } catch (IOException | InterruptedException failure) {
                        before.completeExceptionally(failure);
                    }
                });
                engine.nextRequest();
                Files.writeString(file, engines(engine) + "prices: {other: {input: 1000, output: 1000}}\n");
                assertThat(weir.post("/admin/configuration/reload", "", REASON).body())
                        .contains("applied");
                reloaded.countDown();
                assertThat(before.join().headers().firstValue("x-weir-fallback"))
                        .as("the fallback that there was: " + before.join().body())
                        .hasValue("m -> other; failed");
                assertThat(before.join().body()).as("and its guard").contains("[EMAIL]");
                await().untilAsserted(() -> assertThat(json(weir.get("/admin/costs?by=status"))
                                .at("/rows/0/cost")
                                .asDecimal(BigDecimal.ZERO))
                        .as("at its prices")
                        .isEqualByComparingTo("0.0003"));
                assertThat(weir.post(CHAT, ASK).statusCode())
                        .as("whoever comes now comes under the new one")
                        .isEqualTo(503);
            }
        }
    }

    @Test
    void aFileThatCannotBeUsedIsRefusedWithItsReasonsAndTheOldOneGoesOnServing() throws Exception {
        Path file = directory.resolve("weir.yaml");
        try (ScriptedEngine engine = ScriptedEngine.with("m")) {
            Files.writeString(file, engines(engine));
            try (RunningControlPlane weir = new RunningControlPlane(
                    List.of(), "--weir.configuration.file=" + file, "--weir.configuration.look-every=10ms")) {
                weir.awaitReadyCount(1);
                Files.writeString(file, engines(engine) + "enginse: {}\n");
                await().untilAsserted(() ->
                        assertThat(weir.get("/admin/configuration").body()).contains("did you mean 'engines'?"));
                HttpResponse<String> refused = weir.post("/admin/configuration/reload", "", REASON);
                assertThat(refused.statusCode()).isEqualTo(422);
                assertThat(json(refused).path("reasons").get(0).asString()).startsWith("line 3: enginse is unknown");
                assertThat(weir.post(CHAT, ASK).statusCode()).isEqualTo(200);
                assertThat(json(weir.post("/admin/configuration/check", "engines: {a: {}}"))
                                .path("valid")
                                .asBoolean())
                        .isFalse();
            }
        }
    }

    @Test
    void enginesAreRegisteredDrainedAndForgottenWhileWeirRuns() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("m");
                RunningControlPlane weir = new RunningControlPlane(List.of())) {
            assertThat(weir.put("/admin/engines/one", "{\"url\":\"" + engine.url() + "\"}")
                            .statusCode())
                    .isEqualTo(200);
            weir.awaitReadyCount(1);
            assertThat(weir.post(CHAT, ASK).headers().firstValue("x-weir-engine"))
                    .hasValue("one");
            assertThat(json(weir.post("/admin/engines/one/drain", "", REASON))
                            .path("draining")
                            .asBoolean())
                    .isTrue();
            assertThat(weir.post(CHAT, ASK).body()).contains("it is being drained");
            weir.post("/admin/engines/one/resume", "");
            assertThat(weir.post(CHAT, ASK).statusCode()).isEqualTo(200);
            assertThat(weir.delete("/admin/engines/one").statusCode()).isEqualTo(200);
            assertThat(weir.get("/admin/engines").body()).isEqualTo("[]");
            assertThat(audited(weir)).contains("engine.drain: a test", "engine.deregister: a test");
            assertThat(weir.put("/admin/engines/two", "{\"url\":\"nowhere\"}").statusCode())
                    .isEqualTo(400);
            HttpResponse<String> nowhere = weir.put("/admin/engines/two", "{}");
            assertThat(nowhere.statusCode()).isEqualTo(400);
            assertThat(nowhere.body()).contains("url is missing");
        }
    }

    @Test
    void whatIsSaidOfAnEngineIsSaidToEveryReplicaAndToThoseThatStartLater() throws Exception {
        String storage = "--weir.storage.url=" + TestDatabases.embedded().url();
        try (ScriptedEngine engine = ScriptedEngine.with("m");
                RunningControlPlane one = new RunningControlPlane(List.of(), storage);
                RunningControlPlane other = new RunningControlPlane(List.of(), storage)) {
            one.put("/admin/engines/e", "{\"url\":\"" + engine.url() + "\",\"region\":\"north\"}");
            other.awaitReadyCount(1);
            assertThat(other.post(CHAT, ASK).headers().firstValue("x-weir-engine"))
                    .hasValue("e");
            assertThat(json(other.get("/admin/engines/e")).path("region").asString())
                    .isEqualTo("north");
            other.post("/admin/engines/e/drain", "", REASON);
            one.awaitReadyCount(0);
            assertThat(one.post(CHAT, ASK).body()).contains("it is being drained");
            try (RunningControlPlane late = new RunningControlPlane(List.of(), storage)) {
                assertThat(json(late.get("/admin/engines/e")).path("draining").asBoolean())
                        .isTrue();
                late.post("/admin/engines/e/resume", "");
                one.awaitReadyCount(1);
            }
            one.delete("/admin/engines/e");
            await().untilAsserted(
                            () -> assertThat(other.get("/admin/engines").body()).isEqualTo("[]"));
        }
    }

    /** What was done, each with its reason. */
    private static List<String> audited(RunningControlPlane weir) throws Exception {
        List<String> done = new ArrayList<>();
        for (JsonNode entry : json(weir.get("/admin/audit?limit=1000"))) {
            JsonNode detail = JsonMapper.shared().readTree(entry.path("detail").asString());
            done.add(entry.path("action").asString() + ": "
                    + detail.path("reason").asString(""));
        }
        return done;
    }

    private static Callable<Integer> asking(RunningControlPlane weir, AtomicBoolean over) {
        return () -> {
            int count = 0;
            while (!over.get()) {
                HttpResponse<String> answer = weir.post(CHAT, ASK);
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                count++;
            }
            return count;
        };
    }

    private static String engines(ScriptedEngine... engines) {
        StringBuilder text = new StringBuilder("engines:\n");
        for (ScriptedEngine engine : engines) {
            text.append("  e")
                    .append(engine.url().getPort())
                    .append(": {url: '")
                    .append(engine.url())
                    .append("'}\n");
        }
        return text.toString();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }
}
