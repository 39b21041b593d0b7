package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.EngineConfig.AdapterSettings;
import dev.weir.engine.EngineConfig.AdapterSource;
import dev.weir.engine.EngineConfig.Administration;
import dev.weir.engine.TestAdapter;
import dev.weir.engine.TestEngine;
import dev.weir.engine.TestEngine.Setup;
import dev.weir.engine.TestModels;
import dev.weir.engine.adapters.AdapterRoots;
import dev.weir.engine.http.ApiClient.Answer;
import dev.weir.engine.lifecycle.ModelRepository;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.scheduling.SchedulingPolicy;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Models come and go through the admin API, and callers are told by name what is there and what is not. */
class RepositoryApiTest {

    private static final String LLAMA = TestModels.TINY_LLAMA;
    private static final String QWEN = TestModels.TINY_QWEN3;
    private static final Path MODELS =
            Objects.requireNonNull(TestModels.fixture(LLAMA).getParent());

    private final AtomicLong availableBytes = new AtomicLong(8L << 30);
    private final TestEngine engine = TestEngine.start(
            Setup.defaults().with(administration(false)).withAvailableBytes(availableBytes::get), LLAMA);
    private final ApiClient client = new ApiClient(engine);

    private static Administration administration(boolean wakeOnRequest) {
        return new Administration(
                new ModelRepository(Optional.of(MODELS), List.of()),
                Map.of("default", LLAMA),
                wakeOnRequest,
                AdminGuard.withToken("a token of the operator's"));
    }

    @AfterEach
    void close() {
        client.close();
        engine.close();
    }

    private Answer verb(String model, String verb, String parameters) {
        return client.post(
                "/v2/repository/models/" + model + "/" + verb,
                "{\"parameters\":{" + parameters.replace('\'', '"') + "}}");
    }

    private Answer complete(String model) {
        return client.post(
                "/v1/completions",
                "{\"model\":\"" + model + "\",\"prompt\":[1,2,3],\"max_tokens\":3,\"temperature\":0}");
    }

    private JsonNode line(String model) {
        for (JsonNode line : client.get("/v2/repository/index").json()) {
            if (line.path("name").asString("").equals(model)) {
                return line;
            }
        }
        throw new AssertionError(model + " is not in the index");
    }

    private static void assertError(Answer answer, int status, String code, String... words) {
        assertThat(answer.status()).as(answer.http().body()).isEqualTo(status);
        assertThat(answer.error().path("code").asString("")).isEqualTo(code);
        for (String word : words) {
            assertThat(answer.error().path("message").asString("")).contains(word);
        }
    }

    private static void assertState(Answer answer, String state) {
        assertThat(answer.status()).as(answer.http().body()).isEqualTo(200);
        assertThat(answer.json().path("state").asString("")).isEqualTo(state);
    }

    @Test
    void indexTellsWhatIsServedAndWhatCouldBe() {
        JsonNode served = line(LLAMA);
        assertThat(served.path("state").asString("")).isEqualTo("READY");
        assertThat(served.path("memory").path("weights_mapped_bytes").asLong(0)).isPositive();
        assertThat(served.path("memory").path("kv_cache_bytes").asLong(0)).isPositive();
        assertThat(served.path("aliases").path(0).asString("")).isEqualTo("default");
        assertThat(line(QWEN).path("state").asString("")).isEqualTo("UNAVAILABLE");
        assertThat(line(QWEN).path("reason").asString("")).isEqualTo("not loaded");
        Answer ready = client.post("/v2/repository/index", "{\"ready\":true}");
        assertThat(ready.json()).hasSize(1);
    }

    @Test
    void modelsAreLoadedAndUnloadedByName() {
        assertError(complete(QWEN), 404, "model_not_found", QWEN, LLAMA);
        assertState(verb(QWEN, "load", ""), "READY");
        assertState(verb(QWEN, "load", ""), "READY");
        assertThat(complete(QWEN).status()).isEqualTo(200);
        assertThat(client.get("/v1/models").json().path("data")).hasSize(3);
        assertState(verb(QWEN, "unload", ""), "UNAVAILABLE");
        assertState(verb(QWEN, "unload", ""), "UNAVAILABLE");
        assertError(complete(QWEN), 404, "model_not_found", QWEN, "unloaded");
        assertThat(client.text("/metrics")).contains(LLAMA).doesNotContain(QWEN);
    }

    @Test
    void loadTakesParametersAndRefusesThoseItDoesNotKnow() {
        assertState(verb(QWEN, "load", "'max_model_len':100,'dtype':'float32','kv_cache_bytes':1000000"), "READY");
        assertThat(line(QWEN).path("parameters").path("max_model_len").asInt(0)).isEqualTo(100);
        assertThat(line(QWEN).path("memory").path("kv_cache_bytes").asLong(0)).isBetween(900_000L, 1_000_000L);
        assertError(verb(QWEN, "load", "'max_model_len':50"), 409, "wrong_state", "unload it first");
        assertError(verb(QWEN, "load", "'max_len':50"), 400, "", "max_len", "max_model_len");
        assertError(verb(QWEN, "load", "'dtype':'int3'"), 400, "", "dtype");
        assertError(verb(QWEN, "unload", "'policy':'now'"), 400, "", "drain");
        assertError(verb(QWEN, "repair", ""), 404, "unknown_url");
    }

    @Test
    void pathsLeadNowhereButIntoTheRepository() {
        assertState(verb("second", "load", "'path':'" + MODELS.resolve(QWEN) + "'"), "READY");
        assertState(verb("third", "load", "'path':'" + QWEN + "'"), "READY");
        assertThat(complete("second").json().path("choices").path(0).path("text"))
                .isEqualTo(complete("third").json().path("choices").path(0).path("text"));
        assertError(verb("x", "load", "'path':'/etc'"), 403, "path_not_allowed", "/etc");
        assertError(verb("x", "load", "'path':'../models/../..'"), 403, "path_not_allowed");
        assertError(verb("x", "load", ""), 404, "model_not_found", "x");
    }

    @Test
    void modelThatDoesNotFitIsRefusedWithTheNumbers() {
        availableBytes.set(60_000);
        assertError(verb(QWEN, "load", ""), 409, "does_not_fit", QWEN + " needs", "free");
        assertThat(line(QWEN).path("reason").asString("")).contains("needs");
        availableBytes.set(8L << 30);
        assertState(verb(QWEN, "load", ""), "READY");
    }

    @Test
    void whatALoadWouldNeedIsToldBeforeItIsOrdered() {
        Answer fits = verb(QWEN, "fit", "'kv_cache_bytes':1000000");
        assertThat(fits.json().path("fits").asBoolean(false))
                .as(fits.http().body())
                .isTrue();
        assertThat(fits.json().path("free_bytes").asLong(0))
                .isEqualTo(client.get("/v2/repository/memory")
                        .json()
                        .path("free_bytes")
                        .asLong(-1));
        assertThat(line(QWEN).path("state").asString("")).isEqualTo("UNAVAILABLE");
        JsonNode loaded = verb(QWEN, "load", "'kv_cache_bytes':1000000").json().path("memory");
        assertThat(fits.json().path("memory")).isEqualTo(loaded);

        availableBytes.set(60_000);
        Answer tooLarge = verb(QWEN, "fit", "'max_model_len':100");
        assertThat(tooLarge.status()).isEqualTo(200);
        assertThat(tooLarge.json().path("fits").asBoolean(true)).isFalse();
        assertThat(tooLarge.json().path("reason").asString("")).contains(QWEN + " needs", "free");
        assertError(verb("x", "fit", "'path':'/etc'"), 403, "path_not_allowed", "/etc");
        assertError(verb("x", "fit", ""), 404, "model_not_found", "x");
    }

    @Test
    void sleepingModelIsListedAndRefusedByNameUntilItWakes() {
        JsonNode before = complete(LLAMA).json().path("choices").path(0).path("text");
        assertState(verb(LLAMA, "sleep", ""), "SLEEPING");
        JsonNode listed = client.get("/v1/models/" + LLAMA).json();
        assertThat(listed.path("state").asString("")).isEqualTo("SLEEPING");
        assertThat(listed.path("wakes_on_request").asBoolean(true)).isFalse();
        assertError(complete(LLAMA), 503, "model_sleeping", LLAMA);
        assertThat(client.get("/v2/models/" + LLAMA + "/ready").status()).isEqualTo(503);
        assertState(verb(LLAMA, "wake", ""), "READY");
        assertThat(client.get("/v2/models/" + LLAMA + "/ready").status()).isEqualTo(200);
        assertThat(complete(LLAMA).json().path("choices").path(0).path("text")).isEqualTo(before);
        assertThat(client.get("/v1/models/" + LLAMA).json().has("state")).isFalse();
    }

    @Test
    void whatWasComputedBeforeASleepIsFoundAfterItAsFarAsItHadRoom() {
        try (TestEngine keeping = TestEngine.start(
                        Setup.defaults().with(administration(false)).with(keeping(1 << 20)), LLAMA);
                ApiClient caller = new ApiClient(keeping)) {
            Answer before = ask(caller);
            assertThat(cachedTokens(before)).isZero();
            long kvCacheBytes = 0;
            for (JsonNode line : caller.get("/v2/repository/index").json()) {
                kvCacheBytes += line.path("memory").path("kv_cache_bytes").asLong(0);
            }
            assertThat(kvCacheBytes).isGreaterThan(1 << 20);
            caller.post("/v2/repository/models/" + LLAMA + "/sleep", "");
            assertThat(keeping.liveHandles().sessions())
                    .as("the cache itself is gone")
                    .isZero();
            caller.post("/v2/repository/models/" + LLAMA + "/wake", "");
            Answer after = ask(caller);
            assertThat(cachedTokens(after)).isEqualTo(64);
            assertThat(after.json().path("choices")).isEqualTo(before.json().path("choices"));
        }
    }

    @Test
    void nothingIsKeptDuringASleepWhereNoMemoryIsGivenForIt() {
        ask(client);
        verb(LLAMA, "sleep", "");
        verb(LLAMA, "wake", "");
        assertThat(cachedTokens(ask(client))).isZero();
    }

    private static SchedulingPolicy keeping(long hostBytesMax) {
        return new SchedulingPolicy(true, 0.5, hostBytesMax);
    }

    private static Answer ask(ApiClient caller) {
        String prompt = IntStream.rangeClosed(1, 70).mapToObj(Integer::toString).collect(Collectors.joining(","));
        Answer answer = caller.post(
                "/v1/completions",
                "{\"model\":\"" + LLAMA + "\",\"prompt\":[" + prompt + "],\"max_tokens\":3,\"temperature\":0}");
        assertThat(answer.status()).as(answer.http().body()).isEqualTo(200);
        return answer;
    }

    private static int cachedTokens(Answer answer) {
        return answer.json()
                .path("usage")
                .path("prompt_tokens_details")
                .path("cached_tokens")
                .asInt(0);
    }

    @Test
    void sleepingModelWakesForARequestWhereThatIsAsked() {
        try (TestEngine waking = TestEngine.start(Setup.defaults().with(administration(true)), LLAMA);
                ApiClient caller = new ApiClient(waking)) {
            caller.post("/v2/repository/models/" + LLAMA + "/sleep", "");
            Answer answer = caller.post("/v1/completions", "{\"model\":\"default\",\"prompt\":[1],\"max_tokens\":1}");
            assertThat(answer.status()).as(answer.http().body()).isEqualTo(200);
        }
    }

    @Test
    void modelOnItsWayOutFinishesWhatItHasAndRefusesTheRestByName(@TempDir Path directory) throws IOException {
        TestAdapter.write(directory.resolve("adapter"), ModelDirectory.open(TestModels.fixture(LLAMA)), 4, 1);
        AdapterSettings adapters = new AdapterSettings(
                List.of(new AdapterSource("adapter", Optional.empty(), directory.resolve("adapter"))),
                new AdapterRoots(List.of(directory)));
        try (TestEngine leaving = TestEngine.start(Setup.defaults().with(adapters), LLAMA);
                ApiClient caller = new ApiClient(leaving)) {
            refuseWhileAnAnswerIsNotRead(leaving, caller);
            ConcurrentStreamsTest.await(
                    () -> caller.get("/v1/models").json().path("data").isEmpty());
        }
    }

    private static void refuseWhileAnAnswerIsNotRead(TestEngine leaving, ApiClient caller) throws IOException {
        try (RawConnection lazy = new RawConnection(leaving)) {
            lazy.post(
                    "/v1/completions",
                    "{\"model\":\"" + LLAMA + "\",\"prompt\":[1,2,3],\"n\":16,\"max_tokens\":500,\"ignore_eos\":true,"
                            + "\"stream\":true,\"logprobs\":20}");
            ConcurrentStreamsTest.await(() -> leaving.ownedBlocks() > 0);
            String verb = "/v2/repository/models/" + LLAMA + "/unload";
            assertError(caller.post(verb, "{\"parameters\":{\"policy\":\"refuse\"}}"), 409, "in_use", "in flight");
            assertThat(caller.post(verb, "{\"parameters\":{\"wait\":false}}").status())
                    .isEqualTo(202);
            ConcurrentStreamsTest.await(() -> caller.get("/v1/models/" + LLAMA)
                    .json()
                    .path("state")
                    .asString("")
                    .equals("UNLOADING"));
            JsonNode progress =
                    caller.get("/v2/repository/index").json().path(0).path("progress");
            assertThat(progress.path("phase").asString("")).isEqualTo("draining");
            assertThat(progress.path("fraction").asDouble(-1)).isZero();
            for (String model : List.of(LLAMA, "adapter")) {
                String request = "{\"model\":\"" + model + "\",\"prompt\":[1],\"max_tokens\":1}";
                assertError(caller.post("/v1/completions", request), 503, "model_unloading", LLAMA);
            }
        }
    }

    @Test
    void aliasesMoveBetweenTwoRequests() {
        assertThat(complete("default").json().path("model").asString("")).isEqualTo(LLAMA);
        verb(QWEN, "load", "");
        assertState(put("default", "{\"model\":\"" + QWEN + "\",\"expected\":\"" + LLAMA + "\"}"), "READY");
        assertThat(complete("default").json().path("model").asString("")).isEqualTo(QWEN);
        assertError(put("default", "{\"model\":\"" + QWEN + "\",\"expected\":\"" + LLAMA + "\"}"), 409, "wrong_state");
        assertError(verb(QWEN, "unload", ""), 409, "in_use", "default");
        assertThat(client.get("/v1/models/default").json().path("root").asString(""))
                .isEqualTo(QWEN);
        assertThat(client.get("/v2/repository/aliases").json().path("default").asString(""))
                .isEqualTo(QWEN);
        assertThat(delete("default").json().path("removed").asBoolean(false)).isTrue();
        assertThat(delete("default").json().path("removed").asBoolean(true)).isFalse();
        assertState(verb(QWEN, "unload", ""), "UNAVAILABLE");
    }

    private Answer put(String alias, String body) {
        return client.answer(client.request("/v2/repository/aliases/" + alias)
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private Answer delete(String alias) {
        return client.answer(
                client.request("/v2/repository/aliases/" + alias).DELETE().build());
    }

    @Test
    void callersWhoMayNotAreRefusedByName() {
        HttpRequest asAPage = client.request("/v2/repository/index")
                .header("Origin", "http://elsewhere.example")
                .GET()
                .build();
        assertError(client.answer(asAPage), 403, "admin_required", "origin");
        HttpRequest withToken = client.request("/v2/repository/index")
                .header("Origin", "http://elsewhere.example")
                .header("Authorization", "Bearer a token of the operator's")
                .GET()
                .build();
        assertThat(client.answer(withToken).status()).isEqualTo(200);
    }
}
