package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.ScriptedEngine.Script;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Better models that fail when they are asked: whoever is left answers, and else what is there is sent. */
class FailedUpgradeTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String UNSURE = "; its model was not sure (mean log-probability -0.500)";
    private static final String COST_OF_SMALL =
            "\"calls\":1,\"inputTokens\":4,\"cachedTokens\":0,\"outputTokens\":3,\"cost\":0.000003000}";
    private static final Script FAILS = exchange -> exchange.json(500, "{\"error\":{\"message\":\"no\"}}");
    private static final Script DIES = ScriptedEngine.Exchange::die;

    @TempDir
    private Path directory;

    private ScriptedEngine engine;
    private ScriptedEngine other;
    private RunningControlPlane weir;

    @BeforeEach
    void start() throws Exception {
        Path file = Files.writeString(directory.resolve("weir.yaml"), """
                tiers: {fast: small, mid: medium, power: large}
                upgrade: {tiers: [fast, mid], to: [medium, large], logprob-min: -0.1}
                prices: {small: {output: 1}, medium: {output: 3}, large: {output: 10}}
                cache:
                  - {models: [small], exact: {ttl: 10m}}
                """);
        engine = ScriptedEngine.with("small", "medium");
        other = ScriptedEngine.with("large");
        weir = new RunningControlPlane(
                List.of(engine, other),
                "--weir.configuration.file=" + file,
                "--weir.accounting.write-every=1ms",
                "--weir.fleet.probe-every=1h",
                "--weir.upstream.first-byte-max=3s");
    }

    @AfterEach
    void stop() throws Exception {
        weir.close();
        engine.close();
        other.close();
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(503, DIES),
                Arguments.of(503, FAILS),
                Arguments.of(400, (Script) exchange -> exchange.json(400, "{\"error\":{}}")),
                Arguments.of(504, (Script) exchange -> exchange.awaitGone(new CountDownLatch(1))));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whereOneFailsTheNextIsAsked(int status, Script failure) throws Exception {
        answer(failure, says("large", "Yes"));
        HttpResponse<String> answer = ask("");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"model\":\"large\"");
        assertThat(told(answer, "x-weir-upgrade")).isEqualTo("large, medium did not answer (" + status + ")" + UNSURE);
        assertThat(told(answer, "x-weir-model")).isEqualTo("large");
        await().untilAsserted(() -> assertThat(costs())
                .contains(
                        "{\"feature\":\"weir-upgrade-rejected\",\"model\":\"small\"}," + COST_OF_SMALL,
                        "{\"feature\":null,\"model\":\"large\"},\"calls\":1,")
                .doesNotContain("medium"));
    }

    @Test
    void whereNoneAnswersWhatThereIsIsSentPaidOnceAndNotRemembered() throws Exception {
        answer(FAILS, DIES);
        HttpResponse<String> answer = ask(",\"temperature\":0");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(whole("small", "Hm", "null"));
        assertThat(told(answer, "x-weir-upgrade"))
                .isEqualTo("none, medium did not answer (503), large did not answer (503)" + UNSURE);
        assertThat(told(answer, "x-weir-model")).isEqualTo("small");
        assertThat(told(answer, "x-weir-engine")).isEqualTo(engine.name());
        await().untilAsserted(() -> assertThat(costs())
                .contains("{\"feature\":null,\"model\":\"small\"}," + COST_OF_SMALL)
                .doesNotContain("weir-upgrade-rejected", "medium", "large"));
        answer(FAILS, says("large", "Yes"));
        assertThat(ask(",\"temperature\":0").body()).contains("\"model\":\"large\"");
    }

    @Test
    void theBetterOfTwoAnswersIsSentWhereTheLastModelFails() throws Exception {
        answer(says("medium", "Well"), FAILS);
        HttpResponse<String> answer = ask("");
        assertThat(answer.body()).isEqualTo(whole("medium", "Well", "null"));
        assertThat(told(answer, "x-weir-upgrade"))
                .isEqualTo("medium" + UNSURE + "; then none, large did not answer (503)" + UNSURE);
        await().untilAsserted(() -> assertThat(costs())
                .contains(
                        "{\"feature\":\"weir-upgrade-rejected\",\"model\":\"small\"}," + COST_OF_SMALL,
                        "{\"feature\":null,\"model\":\"medium\"},\"calls\":1,")
                .doesNotContain("large"));
    }

    @Test
    void anAnswerWithoutTheFormThatWasAskedForIsNoneAndCostsNothing() throws Exception {
        for (Script medium : List.of(FAILS, says("medium", "Well"))) {
            answer(medium, exchange -> exchange.json(429, "{\"error\":{\"message\":\"full\"}}"));
            HttpResponse<String> answer = ask(",\"response_format\":{\"type\":\"json_object\"}");
            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.body()).contains("full");
            assertThat(told(answer, "x-weir-upgrade")).contains("none, ", "large did not answer (429)" + UNSURE);
        }
        answer(FAILS, DIES);
        HttpResponse<String> answer = ask(",\"response_format\":{\"type\":\"json_object\"}");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("engine_failed");
        await().untilAsserted(() -> assertThat(costs())
                .contains("\"calls\":")
                .doesNotContain("weir-upgrade-rejected", "\"outputTokens\":3"));
    }

    @Test
    void aStreamGoesOnAsLongAsNothingOfItWasTold() throws Exception {
        answer(FAILS, exchange -> {
            exchange.beginEvents();
            exchange.die();
        });
        HttpResponse<String> answer = ask(",\"stream\":true");
        assertThat(answer.body()).contains("\"content\":\"Hm\"", "[DONE]").doesNotContain("error");
        assertThat(told(answer, "content-type")).isEqualTo("text/event-stream");
        assertThat(told(answer, "x-weir-upgrade")).startsWith("none, medium did not answer (503), large did not");
        assertThat(told(answer, "x-weir-engine")).isEqualTo(engine.name());
        answer(FAILS, exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Ye\"}}]}\n\n");
            exchange.die();
        });
        HttpResponse<String> broken = ask(",\"stream\":true");
        assertThat(broken.body()).contains("\"Ye\"", "error").doesNotContain("Hm");
    }

    @Test
    void whereLimitsLeaveNoRoomForOneTheNextIsAsked() throws Exception {
        answer(says("medium", "Well"), says("large", "Yes"));
        HttpResponse<String> made = weir.post(
                "/admin/limits", "{\"model\":\"medium\",\"metric\":\"TOKENS\",\"period\":\"MINUTE\",\"max\":10}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        HttpResponse<String> answer = ask("");
        assertThat(answer.body()).contains("\"model\":\"large\"");
        assertThat(told(answer, "x-weir-upgrade")).isEqualTo("large, limits leave no room for medium" + UNSURE);
    }

    private String costs() throws Exception {
        return weir.get("/admin/costs?by=feature,model").body();
    }

    private HttpResponse<String> ask(String more) throws Exception {
        return weir.post(CHAT, "{\"model\":\"weir-fast\",\"messages\":[]" + more + "}");
    }

    private static String told(HttpResponse<String> answer, String header) {
        return answer.headers().firstValue(header).orElse("");
    }

    /** What the better models do from now on; the small one says something that it is not sure of. */
    private void answer(Script medium, Script large) {
        Script small = says("small", "Hm");
        for (ScriptedEngine each : List.of(engine, other)) {
            each.answers(exchange -> {
                String body = exchange.request().body();
                Script script = body.contains("\"small\"") ? small : body.contains("\"medium\"") ? medium : large;
                script.answer(exchange);
            });
        }
    }

    private static Script says(String model, String text) {
        return exchange -> {
            if (exchange.request().body().contains("\"stream\":true")) {
                stream(exchange, text);
            } else {
                exchange.json(200, whole(model, text, "{\"content\":[{\"token\":\"x\",\"logprob\":-0.5}]}"));
            }
        };
    }

    private static void stream(ScriptedEngine.Exchange exchange, String text) throws IOException {
        exchange.beginEvents();
        exchange.chunk(
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text
                        + "\"},\"logprobs\":{\"content\":[{\"token\":\"x\",\"logprob\":-0.5}]},\"finish_reason\":\"stop\"}]}\n\n");
        exchange.chunk("data: [DONE]\n\n");
        exchange.end();
    }

    private static String whole(String model, String text, String logprobs) {
        return "{\"model\":\"" + model
                + "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                + "\"},\"logprobs\":" + logprobs
                + ",\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":3}}";
    }
}
