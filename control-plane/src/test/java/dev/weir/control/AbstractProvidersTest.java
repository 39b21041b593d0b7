package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.storage.Database;
import dev.weir.control.storage.StorageConfig;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Providers that are registered while Weir runs: where they serve, since when, in whose place, and what is refused. */
abstract class AbstractProvidersTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = "{\"model\":\"m\",\"messages\":[],\"max_tokens\":10}";
    private static final String BUSY = "{\"error\":{\"code\":\"engine_overloaded\"}}";
    private static final String KEY = "sk-outside-and-nowhere-else";
    private static final String[] REASON = {"weir-reason", "a test"};

    /** A thousand tokens read and five hundred written. */
    private static final String FINE =
            "{\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":500,\"total_tokens\":1500}}";

    @TempDir
    private Path directory;

    private StorageConfig storage;
    private Database database;
    private ScriptedEngine engine;
    private ScriptedEngine near;
    private ScriptedEngine far;
    private Path key;
    private RunningControlPlane weir;

    abstract StorageConfig storage();

    @BeforeEach
    void start() throws Exception {
        storage = storage();
        database = new Database(storage); // one in memory lives as long as somebody knows it
        engine = ScriptedEngine.with("m");
        engine.answers(exchange -> exchange.json(429, BUSY));
        near = ScriptedEngine.with();
        far = ScriptedEngine.with();
        near.answers(exchange -> exchange.json(200, FINE));
        far.answers(exchange -> exchange.json(200, FINE));
        key = Files.writeString(directory.resolve("key"), KEY + "\n");
        weir = replica();
        assertThat(weir.patch("/admin/tenants/default", "{\"dataResidency\":\"OVERFLOW_ALLOWED\"}")
                        .statusCode())
                .isEqualTo(200);
    }

    private RunningControlPlane replica(String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("--weir.storage.url=" + storage.url());
        all.add("--weir.storage.user=" + (storage.user() == null ? "" : storage.user()));
        return new RunningControlPlane(List.of(engine), all.toArray(String[]::new));
    }

    @AfterEach
    void stop() throws IOException {
        weir.close();
        engine.close();
        near.close();
        far.close();
        database.close();
    }

    @Test
    void whoIsRegisteredAtOneReplicaIsAskedByEveryOneAndByThoseThatStartLater() throws Exception {
        try (RunningControlPlane other = replica()) {
            assertThat(other.post(CHAT, ASK).statusCode()).isEqualTo(429);
            JsonNode registered = json(weir.put("/admin/providers/near", order(near, 1, 2), REASON));
            assertThat(registered.path("origin").asString()).isEqualTo("REGISTERED");
            assertThat(registered.path("ready").asBoolean())
                    .as(registered.toString())
                    .isTrue();
            assertThat(registered.at("/models/m/cachedInput").asDouble())
                    .as("what is not found computed, where nobody says")
                    .isEqualTo(1);
            assertThat(answeredBy(weir)).as("at once").isEqualTo("overflow:near");
            await().untilAsserted(() -> assertThat(answeredBy(other)).isEqualTo("overflow:near"));
            assertThat(near.nextRequest().headers()).containsEntry("authorization", "Bearer " + KEY);
            try (RunningControlPlane late = replica()) {
                assertThat(answeredBy(late)).isEqualTo("overflow:near");
                assertThat(late.delete("/admin/providers/near").statusCode()).isEqualTo(200);
            }
            await().untilAsserted(
                            () -> assertThat(other.post(CHAT, ASK).statusCode()).isEqualTo(429));
            assertThat(other.get("/admin/providers").body()).isEqualTo("[]");
        }
        assertThat(audited()).contains("provider.register near: a test", "provider.deregister near: a test");
        assertThat(weir.get("/admin/audit?limit=1000").body()).doesNotContain(KEY);
    }

    @Test
    void oneIsBehindThoseOfTheConfigurationOrInThePlaceOfTheOneThatIsCalledTheSame() throws Exception {
        Path file = Files.writeString(directory.resolve("weir.yaml"), """
                overflow:
                  providers:
                    near: {url: "%s/v1", key-file: key, region: eu, budget-per-day: 1, models: {m: {name: big, input: 1, output: 2}}}
                """.formatted(near.url()));
        try (RunningControlPlane configured = replica("--weir.configuration.file=" + file)) {
            configured.put("/admin/providers/a", order(far, 1, 2), REASON);
            assertThat(names(configured)).containsExactly("near CONFIGURED", "a REGISTERED");
            assertThat(answeredBy(configured)).isEqualTo("overflow:near");
            assertThat(configured.delete("/admin/providers/near").body())
                    .contains("the provider near was not registered: only the configuration can take it out");

            configured.put("/admin/providers/near", order(far, 1, 2), REASON);
            assertThat(names(configured)).containsExactly("near REGISTERED", "a REGISTERED");
            near.nextRequest();
            assertThat(answeredBy(configured)).isEqualTo("overflow:near");
            assertThat(far.hasRequest())
                    .as("at the address that was registered")
                    .isTrue();
            assertThat(near.hasRequest()).isFalse();

            Files.writeString(file, Files.readString(file) + "tiers: {fast: m}\n");
            configured.post("/admin/configuration/reload", "", REASON);
            assertThat(names(configured)).as("whatever the file says").first().isEqualTo("near REGISTERED");
            configured.delete("/admin/providers/near");
            assertThat(names(configured)).containsExactly("near CONFIGURED", "a REGISTERED");
        }
    }

    @Test
    void aRequestKeepsTheProvidersThatItCameInUnderAndTheirPrices() throws Exception {
        CountDownLatch changed = new CountDownLatch(1);
        weir.put("/admin/providers/near", order(near, 1, 2), REASON);
        engine.answers(exchange -> {
            assertThat(changed.await(20, TimeUnit.SECONDS)).isTrue();
            exchange.json(429, BUSY);
        });
        CompletableFuture<String> before = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                before.complete(answeredBy(weir));
            } catch (IOException | InterruptedException failure) {
                before.completeExceptionally(failure);
            }
        });
        engine.nextRequest();
        weir.put("/admin/providers/near", order(far, 100, 200), REASON);
        changed.countDown();
        assertThat(before.join()).isEqualTo("overflow:near");
        assertThat(near.hasRequest()).as("where it was").isTrue();
        assertThat(far.hasRequest()).isFalse();
        await().untilAsserted(() -> assertThat(json(weir.get("/admin/costs?by=engine"))
                        .at("/rows/0/cost")
                        .asDecimal(BigDecimal.ZERO))
                .as("1,000 at 1 and 500 at 2 per million")
                .isEqualByComparingTo("0.002"));
    }

    @Test
    void whatCannotBeUsedIsRefusedWithWhatIsWrongAndWhatWouldBeRight() throws Exception {
        String fine = order(near, 1, 2);
        refused(fine.replace("\"region\":\"eu\",", ""), "region is missing");
        refused(fine.replace("\"budgetPerDay\":1,", ""), "budgetPerDay is missing: say how many dollars");
        refused(fine.replace("\"output\":2", "\"output\":-2"), "models.m.output must be a number from 0 to 1000000");
        refused(
                fine.replace("\"output\":2", "\"output\":2,\"outputTokensUnsaid\":0"),
                "models.m.outputTokensUnsaid must be a whole number from 1");
        refused(fine.replace("{\"m\":{", "{\"m\":null,\"n\":{"), "models.m.name is missing");
        refused("{}", "url is missing; keyFile is missing; region is missing; budgetPerDay is missing");
        refused(fine.replace("http://", "http://example.com:1/"), "its key would travel in the clear");
        refused(fine.replace("http://", "http://" + KEY + "@"), "a provider's url has no user and no query in it");
        refused(fine.replace(key.toString(), "key"), "keyFile must begin at the root");
        refused(
                fine.replace("{\"shape\"", "{\"apiKey\":\"" + KEY + "\",\"shape\""),
                "apiKey is unknown: known here are");
        refused(fine.replace("\"openai\"", "\"telex\""), "shape must be one of openai, anthropic, not 'telex'");
        assertThat(weir.put("/admin/providers/a%20b", fine, REASON).body())
                .contains("a provider's name has 1 to 64 of the characters");
        assertThat(weir.put("/admin/providers/near", fine).body()).contains("say why, in the header weir-reason");
        assertThat(weir.get("/admin/providers").body()).isEqualTo("[]");
        assertThat(weir.delete("/admin/providers/near").statusCode()).isEqualTo(404);
        assertThat(audited()).noneMatch(entry -> entry.startsWith("provider"));
    }

    @Test
    void aReplicaThatHasNotTheKeySaysSoAndNobodyIsToldIt() throws Exception {
        weir.put("/admin/providers/near", order(near, 1, 2), REASON);
        JsonNode ready = json(weir.get("/admin/providers/near"));
        assertThat(ready.path("keyFile").asString()).isEqualTo(key.toString());
        assertThat(ready.toString()).doesNotContain(KEY);
        Files.delete(key);
        JsonNode unready = json(weir.get("/admin/providers/near"));
        assertThat(unready.path("ready").asBoolean()).isFalse();
        assertThat(unready.path("reason").asString()).contains("its key file cannot be used here");
        assertThat(weir.post(CHAT, ASK).statusCode()).isEqualTo(429);
    }

    private void refused(String order, String reason) throws Exception {
        HttpResponse<String> answer = weir.put("/admin/providers/near", order, REASON);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(json(answer).at("/error/message").asString()).contains(reason);
        assertThat(answer.body()).doesNotContain(KEY);
    }

    private String order(ScriptedEngine provider, int input, int output) {
        return "{\"shape\":\"openai\",\"url\":\"" + provider.url() + "/v1\",\"keyFile\":\"" + key
                + "\",\"region\":\"eu\",\"budgetPerDay\":1,\"models\":{\"m\":{\"name\":\"big\",\"input\":" + input
                + ",\"output\":" + output + "}}}";
    }

    private static String answeredBy(RunningControlPlane asked) throws IOException, InterruptedException {
        return asked.post(CHAT, ASK).headers().firstValue("x-weir-engine").orElse("nobody");
    }

    private static List<String> names(RunningControlPlane asked) throws Exception {
        return json(asked.get("/admin/providers")).values().stream()
                .map(provider -> provider.path("name").asString() + " "
                        + provider.path("origin").asString())
                .toList();
    }

    /** What was done, to whom, and why. */
    private List<String> audited() throws Exception {
        return json(weir.get("/admin/audit?limit=1000")).values().stream()
                .map(entry -> entry.path("action").asString() + " "
                        + entry.path("subject").asString() + ": "
                        + JsonMapper.shared()
                                .readTree(entry.path("detail").asString())
                                .path("reason")
                                .asString(""))
                .toList();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }
}
