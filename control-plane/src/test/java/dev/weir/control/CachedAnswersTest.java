package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Answers that are known are given without an engine, and booked as such. */
class CachedAnswersTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ANSWER =
            "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},"
                    + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":2}}";
    private static final String CHUNK =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}]}\n\n";
    private static final String LAST_CHUNK =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n";

    private static final String CONFIGURATION = """
            cache:
              - {models: [m], exact: {ttl: 10m}}
              - {models: [other], semantic: {error-max: 0.5, verify-share: 1}}
            prices: {m: {input: 1, output: 2}}
            """;

    @TempDir
    private Path directory;

    private Path file;

    private ScriptedEngine engine;
    private RunningControlPlane weir;

    @BeforeEach
    void start() throws Exception {
        file = Files.writeString(directory.resolve("weir.yaml"), CONFIGURATION);
        engine = ScriptedEngine.with("m", "other", "third");
        weir = new RunningControlPlane(
                List.of(engine),
                "--weir.configuration.file=" + file,
                "--weir.accounting.write-every=1ms",
                "--weir.cache.encoder=../models/demo/weir-demo-encoder");
        engine.answers(exchange -> exchange.json(200, ANSWER));
    }

    @AfterEach
    void stop() throws Exception {
        weir.close();
        engine.close();
    }

    @Test
    void theSameRequestIsAnsweredOnceByAnEngineAndThenFromMemory() throws Exception {
        HttpResponse<String> first = ask("Hi", "temperature", "0");
        HttpResponse<String> second = ask("Hi", "temperature", "0.0");
        assertThat(cache(first)).isEqualTo("miss; not asked before");
        assertThat(cache(second)).startsWith("hit; exact, the same request, answered ");
        assertThat(second.body()).isEqualTo(ANSWER).isEqualTo(first.body());
        assertThat(second.headers().firstValue("x-weir-engine")).isEmpty();
        engine.nextRequest();
        assertThat(engine.hasRequest()).isFalse();
        assertThat(cache(ask("Hello", "temperature", "0"))).startsWith("miss");
        assertThat(weir.get("/actuator/prometheus").body())
                .contains("llm_cache_hits_total{kind=\"exact\"} 1.0", "llm_cache_misses_total 2.0");
    }

    @Test
    void aHitCostsNothingAndTheSavingIsTheLedgersToTell() throws Exception {
        ask("Hi", "temperature", "0");
        ask("Hi", "temperature", "0");
        await().untilAsserted(
                        () -> assertThat(weir.get("/admin/costs?by=cache").body())
                                .contains(
                                        "{\"tags\":{\"cache\":\"exact\"},\"calls\":1,\"inputTokens\":4,\"cachedTokens\":0,\"outputTokens\":2,\"cost\":0E-9}",
                                        "{\"tags\":{\"cache\":null},\"calls\":1,\"inputTokens\":4,\"cachedTokens\":0,\"outputTokens\":2,\"cost\":0.000008000}"));
        assertThat(weir.get("/admin/costs/savings?model=m").body()).contains("\"saved\":0.000008000");
    }

    @Test
    void whatMayBeAnotherAnswerEachTimeAndWhatTheCallerDoesNotWantKeptGoesToAnEngine() throws Exception {
        assertThat(cache(ask("Hi", "temperature", "1"))).startsWith("bypass; with this temperature and no seed");
        assertThat(cache(ask("Hi", "seed", "7"))).startsWith("miss");
        assertThat(cache(weir.post(CHAT, body("Hi", "seed", "7"), "cache-control", "no-store")))
                .isEqualTo("bypass; the caller wants nothing kept");
        assertThat(cache(weir.post(CHAT, body("Hi", "seed", "7"), "cache-control", "no-cache")))
                .isEqualTo("miss; the caller wants a fresh answer");
        assertThat(cache(ask("Hi", "seed", "7"))).startsWith("hit");
        assertThat(weir.post(CHAT, body("Hi", "seed", "7").replace("\"m\"", "\"third\""))
                        .headers()
                        .firstValue("weir-cache"))
                .isEmpty();
    }

    @Test
    void aStreamIsReplayedAsTheStreamThatItWas() throws Exception {
        String body = body("Hi", "temperature", "0").replace("{\"model\"", "{\"stream\":true,\"model\"");
        stream(CHUNK, LAST_CHUNK, "data: [DONE]\n\n");
        HttpResponse<String> first = weir.post(CHAT, body);
        HttpResponse<String> second = weir.post(CHAT, body);
        assertThat(cache(second)).startsWith("hit; exact");
        assertThat(second.body()).isEqualTo(first.body()).isEqualTo(CHUNK + LAST_CHUNK + "data: [DONE]\n\n");
        assertThat(second.headers().firstValue("content-type")).hasValue("text/event-stream");
        assertThat(cache(ask("Hi", "temperature", "0")))
                .as("whole, not streamed")
                .startsWith("miss");
    }

    @Test
    void anAnswerThatIsNotWholeIsNotKept() throws Exception {
        String body = body("Hi", "temperature", "0").replace("{\"model\"", "{\"stream\":true,\"model\"");
        for (String[] broken :
                List.of(new String[] {CHUNK, "data: [DONE]\n\n"}, new String[] {CHUNK, LAST_CHUNK}, new String[] {
                    CHUNK, "data: {\"error\":{\"message\":\"lost\"}}\n\n", "data: [DONE]\n\n"
                })) {
            stream(broken);
            weir.post(CHAT, body);
            assertThat(cache(weir.post(CHAT, body))).startsWith("miss");
        }
        engine.answers(exchange -> exchange.json(500, "{\"error\":{\"message\":\"broken\"}}"));
        ask("Hi", "temperature", "0");
        engine.answers(exchange -> exchange.json(200, ANSWER.replace("\"stop\"", "null")));
        ask("Hi", "temperature", "0");
        assertThat(cache(ask("Hi", "temperature", "0"))).startsWith("miss");
    }

    @Test
    void aTenantsAnswersCanBeForgottenAndTheAuditLogSaysByWhom() throws Exception {
        ask("Hi", "temperature", "0");
        assertThat(cache(ask("Hi", "temperature", "0"))).startsWith("hit");
        assertThat(weir.delete("/admin/cache/default").statusCode()).isEqualTo(200);
        assertThat(cache(ask("Hi", "temperature", "0"))).startsWith("miss");
        assertThat(weir.get("/admin/audit").body()).contains("cache.purge", "default");
    }

    @Test
    void aQuestionThatMeansTheSameIsAnsweredFromMemoryOnceItIsKnownToDoAndTheAnswerIsChecked() throws Exception {
        await().untilAsserted(() -> {
            weir.post(CHAT, other("Can I bring my bike on board?"));
            assertThat(cache(weir.post(CHAT, other("Hello! Could you tell me whether I can bring my bike on board?"))))
                    .startsWith("hit; semantic, similarity ");
        });
        await().untilAsserted(() -> assertThat(JsonMapper.shared()
                        .readTree(weir.get("/admin/cache").body())
                        .path(0)
                        .path("checked")
                        .asInt())
                .isPositive());
        assertThat(weir.get("/admin/cache").body()).contains("\"tenant\":\"default\"", "\"falseHitRate\":0.0");
        assertThat(cache(weir.post(CHAT, other("Can I bring my dog on board?"))))
                .startsWith("miss; nothing like it");
        assertThat(cache(weir.post(CHAT, other("What is the latest on board?"))))
                .contains("changes with time");
        await().untilAsserted(() ->
                assertThat(weir.get("/admin/costs?by=feature").body()).contains("weir-cache-check"));
    }

    @Test
    void aNewRuleForAnswersHoldsForThoseThatWereKnownBefore() throws Exception {
        engine.answers(exchange -> exchange.json(200, ANSWER.replace("Hello", "Ask anna@example.org")));
        ask("Hi", "temperature", "0");
        assertThat(cache(ask("Hi", "temperature", "0"))).startsWith("hit; exact");
        String question = other("Whom can I ask?");
        await().untilAsserted(() -> assertThat(cache(weir.post(CHAT, question))).startsWith("hit; semantic"));
        Files.writeString(file, CONFIGURATION + "guards: [{answers: {action: redact, kinds: [email]}}]\n");
        assertThat(weir.post("/admin/configuration/reload", "", "weir-reason", "a test")
                        .body())
                .contains("applied");
        HttpResponse<String> exactly = ask("Hi", "temperature", "0");
        assertThat(cache(exactly)).isEqualTo("miss; not asked before");
        assertThat(exactly.body()).contains("Ask [EMAIL]").doesNotContain("anna");
        HttpResponse<String> alike = weir.post(CHAT, question);
        assertThat(cache(alike)).startsWith("miss; nothing like it");
        assertThat(alike.body()).contains("Ask [EMAIL]").doesNotContain("anna");
        assertThat(ask("Hi", "temperature", "0").body()).contains("Ask [EMAIL]");
        assertThat(cache(ask("Hi", "temperature", "0"))).startsWith("hit; exact");
    }

    private static String other(String question) {
        return body(question, "temperature", "0").replace("\"m\"", "\"other\"");
    }

    private void stream(String... chunks) {
        engine.answers(exchange -> {
            exchange.beginEvents();
            for (String chunk : chunks) {
                exchange.chunk(chunk);
            }
            exchange.end();
        });
    }

    private HttpResponse<String> ask(String question, String field, String value) throws Exception {
        return weir.post(CHAT, body(question, field, value));
    }

    private static String body(String question, String field, String value) {
        return "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + question + "\"}],\"" + field + "\":"
                + value + "}";
    }

    private static String cache(HttpResponse<String> response) {
        return response.headers().firstValue("weir-cache").orElse("none");
    }
}
