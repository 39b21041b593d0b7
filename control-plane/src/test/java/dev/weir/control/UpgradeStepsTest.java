package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way up in steps: where an answer will not do the next model is asked, and its answer is looked at, too. */
class UpgradeStepsTest {
    private static final String CHAT = "/v1/chat/completions";

    /** That none but the last model is sure of. */
    private static final Map<String, Double> HARD = Map.of("small", -0.5, "medium", -0.4, "large", -0.3);

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
                """);
        engine = ScriptedEngine.with("small", "large");
        other = ScriptedEngine.with("medium");
        weir = new RunningControlPlane(
                List.of(engine, other),
                "--weir.configuration.file=" + file,
                "--weir.accounting.write-every=1ms",
                "--weir.fleet.probe-every=50ms");
    }

    @AfterEach
    void stop() throws Exception {
        weir.close();
        engine.close();
        other.close();
    }

    @Test
    void theNextModelsAnswerIsSentWhereItWillDo() throws Exception {
        are(Map.of("small", -0.5, "medium", -0.05));
        HttpResponse<String> answer = ask("weir-fast", "");
        assertThat(answer.body()).isEqualTo(whole("medium", "null"));
        assertThat(answer.headers().firstValue("x-weir-model")).hasValue("medium");
        assertThat(answer.headers().firstValue("x-weir-upgrade"))
                .hasValue("medium; its model was not sure (mean log-probability -0.500)");
        assertThat(engine.nextRequest().body()).contains("\"model\":\"small\"");
        assertThat(engine.hasRequest()).as("large was not asked").isFalse();
    }

    @Test
    void theLastModelsAnswerIsSentInAnyCaseAndAllAreBooked() throws Exception {
        are(HARD);
        HttpResponse<String> answer = ask("weir-fast", "");
        assertThat(answer.body()).contains("\"model\":\"large\"");
        assertThat(answer.headers().firstValue("x-weir-upgrade"))
                .hasValue("medium; its model was not sure (mean log-probability -0.500)"
                        + "; then large; its model was not sure (mean log-probability -0.400)");
        assertThat(engine.nextRequest().body()).contains("\"model\":\"small\"", "\"logprobs\":true");
        assertThat(other.nextRequest().body()).contains("\"model\":\"medium\"", "\"logprobs\":true");
        assertThat(engine.nextRequest().body()).contains("\"model\":\"large\"").doesNotContain("logprobs");
        await().untilAsserted(
                        () -> assertThat(weir.get("/admin/costs?by=feature,model")
                                        .body())
                                .contains(
                                        "{\"feature\":\"weir-upgrade-rejected\",\"model\":\"small\"},\"calls\":1,\"inputTokens\":4,\"cachedTokens\":0,\"outputTokens\":3,\"cost\":0.000003000}",
                                        "{\"feature\":\"weir-upgrade-rejected\",\"model\":\"medium\"},\"calls\":1,\"inputTokens\":4,\"cachedTokens\":0,\"outputTokens\":3,\"cost\":0.000009000}",
                                        "{\"feature\":null,\"model\":\"large\"},\"calls\":1,\"inputTokens\":4,\"cachedTokens\":0,\"outputTokens\":3,\"cost\":0.000030000}"));
    }

    @Test
    void whatLimitsLeaveNoRoomForIsNotAskedAndWhatThereIsIsSent() throws Exception {
        are(HARD);
        HttpResponse<String> made = weir.post(
                "/admin/limits", "{\"tenant\":\"default\",\"metric\":\"COST\",\"period\":\"DAY\",\"max\":0.0001}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        // For 0.00002 of the small model, 0.00006 of the medium, and 0.0002 of the large one.
        HttpResponse<String> answer = ask("weir-fast", ",\"max_tokens\":20");
        assertThat(answer.body()).isEqualTo(whole("medium", "null"));
        assertThat(answer.headers().firstValue("x-weir-upgrade"))
                .hasValue(
                        "medium; its model was not sure (mean log-probability -0.500)"
                                + "; then none, limits leave no room for large; its model was not sure (mean log-probability -0.400)");
        await().untilAsserted(() -> assertThat(weir.get("/admin/limits").body())
                .as("both answers, and nothing of what was set aside")
                .contains("\"spent\":0.000012000"));
        assertThat(ask("weir-fast", ",\"max_tokens\":4").body()).contains("\"model\":\"large\"");
        await().untilAsserted(() -> assertThat(weir.get("/admin/limits").body())
                .as("three more answers")
                .contains("\"spent\":0.000054000"));
    }

    @Test
    void whoeverIsAskedFirstGoesOnFromThere() throws Exception {
        are(HARD);
        assertThat(ask("weir-mid", "").headers().firstValue("x-weir-upgrade"))
                .hasValue("large; its model was not sure (mean log-probability -0.400)");
        assertThat(ask("weir-power", "").headers().firstValue("x-weir-upgrade")).isEmpty();
    }

    @Test
    void aModelThatIsDownOrTooDearIsLeftOut() throws Exception {
        are(HARD);
        assertThat(ask("weir-fast", ",\"max_cost_per_token\":0.000004").body())
                .as("large may not be asked, and what medium says is the last")
                .isEqualTo(whole("medium", "{\"content\":[{\"token\":\"x\",\"logprob\":-0.4}]}"));
        other.ready(false);
        await().untilAsserted(() -> assertThat(ask("weir-fast", "").headers().firstValue("x-weir-upgrade"))
                .hasValue("large; its model was not sure (mean log-probability -0.500)"));
    }

    private HttpResponse<String> ask(String model, String more) throws Exception {
        return weir.post(CHAT, "{\"model\":\"" + model + "\",\"messages\":[]" + more + "}");
    }

    /** How sure each model is of what it says from now on. */
    private void are(Map<String, Double> sure) throws IOException {
        for (ScriptedEngine each : List.of(engine, other)) {
            each.answers(exchange -> {
                String body = exchange.request().body();
                Map.Entry<String, Double> asked = new HashMap<>(sure)
                        .entrySet().stream()
                                .filter(model -> body.contains("\"" + model.getKey() + "\""))
                                .findFirst()
                                .orElseThrow();
                exchange.json(
                        200,
                        whole(
                                asked.getKey(),
                                "{\"content\":[{\"token\":\"x\",\"logprob\":" + asked.getValue() + "}]}"));
            });
        }
    }

    private static String whole(String model, String logprobs) {
        return "{\"model\":\"" + model
                + "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hm\"},\"logprobs\":"
                + logprobs + ",\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":3}}";
    }
}
