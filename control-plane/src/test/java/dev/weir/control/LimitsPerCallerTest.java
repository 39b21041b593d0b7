package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.quota.Quota;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Limits, as a client meets them. */
class LimitsPerCallerTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = "{\"model\":\"m\",\"max_tokens\":10}";
    private static final String ANSWER = "{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":4}}";

    @TempDir
    private Path directory;

    private ScriptedEngine engine;
    private RunningControlPlane weir;

    @BeforeEach
    void start() throws IOException {
        Path configuration = Files.writeString(directory.resolve("weir.yaml"), """
                prices: {m: {input: 1000, output: 1000}}
                aliases: {helper: {use: m}}
                """);
        engine = ScriptedEngine.with("m");
        engine.answers(exchange -> exchange.json(200, ANSWER));
        weir = new RunningControlPlane(
                List.of(engine), "--weir.configuration.file=" + configuration, "--weir.storage.directory=" + directory);
    }

    @AfterEach
    void stop() throws IOException {
        weir.close();
        engine.close();
    }

    private JsonNode limit(String json) throws IOException, InterruptedException {
        HttpResponse<String> response = weir.post("/admin/limits", json);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return JsonMapper.shared().readTree(response.body());
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("none");
    }

    @Test
    void requestsPerMinuteAreToldInHeadersAndRefusedWithATime() throws Exception {
        limit("{\"tenant\":\"default\",\"metric\":\"REQUESTS\",\"period\":\"MINUTE\",\"max\":2}");
        HttpResponse<String> first = weir.post(CHAT, ASK);
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(header(first, "x-ratelimit-limit-requests")).isEqualTo("2");
        assertThat(header(first, "x-ratelimit-remaining-requests")).isEqualTo("1");
        assertThat(header(first, "x-ratelimit-reset-requests")).isEqualTo("30s");
        weir.post(CHAT, ASK);
        HttpResponse<String> third = weir.post(CHAT, ASK);
        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(third.body()).contains("\"code\":\"rate_limit_exceeded\"", "requests per minute of tenant default");
        assertThat(Integer.parseInt(header(third, "retry-after"))).isBetween(1, 30);
        assertThat(Integer.parseInt(header(third, "retry-after-ms"))).isBetween(1, 30_000);
        assertThat(header(third, "x-should-retry")).isEqualTo("none");
        assertThat(header(third, "x-ratelimit-limit-requests")).isEqualTo("2");
        assertThat(header(third, "x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(header(third, "x-ratelimit-reset-requests")).isNotEqualTo("none");
    }

    @Test
    void aSpentBudgetTellsClientsNotToRetry() throws Exception {
        // A request reserves 14 tokens of input and 10 of output, at a thousandth each, and takes 9.
        JsonNode budget = limit("{\"metric\":\"COST\",\"period\":\"MONTH\",\"max\":0.030}");
        assertThat(weir.post(CHAT, ASK).statusCode()).isEqualTo(200);
        HttpResponse<String> second = weir.post(CHAT, ASK);
        assertThat(second.statusCode()).isEqualTo(429);
        assertThat(second.body()).contains("\"type\":\"insufficient_quota\"", "budget");
        assertThat(header(second, "x-should-retry")).isEqualTo("false");
        await().untilAsserted(() ->
                assertThat(weir.get("/admin/limits").body()).contains("\"max\":0.030000000,\"spent\":0.009"));
        HttpResponse<String> raised =
                weir.patch("/admin/limits/" + budget.path("id").asString(), "{\"max\":1.5}");
        assertThat(raised.statusCode()).as(raised.body()).isEqualTo(200);
        assertThat(weir.post(CHAT, ASK).statusCode()).isEqualTo(200);
    }

    @Test
    void aSlotComesFreeWhenItsClientLeaves() throws Exception {
        limit("{\"metric\":\"CONCURRENCY\",\"period\":\"AT_ONCE\",\"max\":1}");
        CountDownLatch gone = new CountDownLatch(1);
        engine.answers(exchange -> exchange.awaitGone(gone));
        try (Socket client = weir.connect()) {
            RunningControlPlane.send(client, CHAT, "", ASK);
            engine.nextRequest();
            assertThat(weir.post(CHAT, ASK).statusCode()).isEqualTo(429);
        }
        await().until(() -> weir.part(Quota.class).heldCount() == 0);
        engine.answers(exchange -> exchange.json(200, ANSWER));
        assertThat(weir.post(CHAT, ASK).statusCode()).isEqualTo(200);
    }

    @Test
    void aModelsLimitHoldsWhateverNameItIsAskedBy() throws Exception {
        limit("{\"model\":\"m\",\"metric\":\"REQUESTS\",\"period\":\"DAY\",\"max\":1}");
        String byAlias = ASK.replace("\"m\"", "\"helper\"");
        assertThat(weir.post(CHAT, byAlias).statusCode()).isEqualTo(200);
        assertThat(weir.post(CHAT, byAlias).statusCode()).isEqualTo(429);
        assertThat(weir.post(CHAT, ASK).statusCode()).isEqualTo(429);
        HttpResponse<String> ofAlias = weir.post(
                "/admin/limits", "{\"model\":\"helper\",\"metric\":\"REQUESTS\",\"period\":\"DAY\",\"max\":1}");
        assertThat(ofAlias.statusCode()).isEqualTo(400);
        assertThat(ofAlias.body()).contains("'helper' leads to other models");
    }

    @Test
    void whatIsNoLimitIsRefusedByName() throws Exception {
        for (String wrong : List.of(
                "{\"metric\":\"CONCURRENCY\",\"period\":\"DAY\",\"max\":1}",
                "{\"metric\":\"REQUESTS\",\"period\":\"DAY\",\"max\":0}",
                "{\"metric\":\"REQUESTS\",\"period\":\"DAY\",\"max\":1.5}",
                "{\"tenant\":\"a\",\"key\":\"b\",\"metric\":\"REQUESTS\",\"period\":\"DAY\",\"max\":1}")) {
            assertThat(weir.post("/admin/limits", wrong).statusCode()).as(wrong).isEqualTo(400);
        }
        assertThat(weir.patch("/admin/limits/none", "{\"max\":1}").statusCode()).isEqualTo(404);
        assertThat(weir.get("/admin/limits").body()).isEqualTo("[]");
    }
}
