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

/** An answer that will not do is never seen, and the better model's is. */
class UpgradeTest {
    private static final String CHAT = "/v1/chat/completions";

    @TempDir
    private Path directory;

    private ScriptedEngine engine;
    private ScriptedEngine outside;
    private RunningControlPlane weir;

    @BeforeEach
    void start() throws Exception {
        outside = ScriptedEngine.with();
        Path key = Files.writeString(directory.resolve("key"), "sk-outside");
        Path file = Files.writeString(directory.resolve("weir.yaml"), """
                tiers: {fast: small, power: large}
                upgrade: {tiers: [fast], to: large, logprob-min: -0.1}
                prices: {small: {output: 1}, large: {output: 10}}
                tenants: {default: {max-cost-per-token: 0.00001}}
                overflow:
                  providers:
                    out: {url: "%s/v1", key-file: "%s", region: us, budget-per-day: 1, models: {small: {name: big, input: 0, output: 5}}}
                """.formatted(outside.url(), key));
        engine = ScriptedEngine.with("small", "large");
        weir = new RunningControlPlane(
                List.of(engine), "--weir.configuration.file=" + file, "--weir.accounting.write-every=1ms");
    }

    @AfterEach
    void stop() throws Exception {
        weir.close();
        engine.close();
        outside.close();
    }

    @Test
    void anAnswerThatItsModelIsSureOfIsSentAsItWasAskedFor() throws Exception {
        says("Hello", -0.05);
        HttpResponse<String> answer = ask("");
        assertThat(engine.nextRequest().body()).contains("\"model\":\"small\"", "\"logprobs\":true");
        assertThat(answer.body()).isEqualTo(whole("small", "Hello", "null"));
        assertThat(answer.headers().firstValue("x-weir-upgrade")).isEmpty();
        assertThat(ask(",\"logprobs\":true").body()).contains("\"logprob\":-0.05");
        assertThat(engine.hasRequest()).isTrue();
    }

    @Test
    void anAnswerThatItsModelIsNotSureOfIsReplacedAndBothAreBooked() throws Exception {
        says("Maybe", -0.5);
        HttpResponse<String> answer = ask("");
        assertThat(engine.nextRequest().body()).contains("\"model\":\"small\"");
        assertThat(engine.nextRequest().body()).contains("\"model\":\"large\"").doesNotContain("logprobs");
        assertThat(answer.body()).contains("\"model\":\"large\"");
        assertThat(answer.headers().firstValue("x-weir-model")).hasValue("large");
        assertThat(answer.headers().firstValue("x-weir-upgrade"))
                .hasValue("large; its model was not sure (mean log-probability -0.500)");
        await().untilAsserted(
                        () -> assertThat(weir.get("/admin/costs?by=feature,model")
                                        .body())
                                .contains(
                                        "{\"feature\":\"weir-upgrade-rejected\",\"model\":\"small\"},\"calls\":1,\"inputTokens\":4,\"cachedTokens\":0,\"outputTokens\":3,\"cost\":0.000003000}",
                                        "{\"feature\":null,\"model\":\"large\"},\"calls\":1,\"inputTokens\":4,\"cachedTokens\":0,\"outputTokens\":3,\"cost\":0.000030000}"));
        assertThat(weir.get("/admin/costs/savings?model=large").body())
                .as("what was not sent costs money, and the large model would not have been asked twice")
                .contains("\"calls\":1,", "\"baselineCost\":0.000030000", "\"saved\":-0.000003000");
    }

    @Test
    void aModelThatCostsMoreThanTheRequestOrItsTenantMaySpendIsNotAsked() throws Exception {
        says("Maybe", -0.5);
        HttpResponse<String> answer = ask(",\"max_cost_per_token\":0.000009");
        assertThat(answer.body()).contains("\"model\":\"small\"");
        assertThat(answer.headers().firstValue("x-weir-upgrade")).isEmpty();
    }

    @Test
    void whereABudgetLeavesNoRoomForTheBetterModelTheFirstAnswerIsSent() throws Exception {
        says("Maybe", -0.5);
        HttpResponse<String> made = weir.post(
                "/admin/limits", "{\"tenant\":\"default\",\"metric\":\"COST\",\"period\":\"DAY\",\"max\":0.0001}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        HttpResponse<String> answer =
                ask(",\"max_tokens\":20"); // for 0.00002 of the small model, and 0.0002 of the large one
        assertThat(answer.body()).isEqualTo(whole("small", "Maybe", "null"));
        assertThat(answer.headers().firstValue("x-weir-upgrade"))
                .hasValue("none, limits leave no room for large; its model was not sure (mean log-probability -0.500)");
        assertThat(engine.nextRequest().body()).contains("\"model\":\"small\"");
        assertThat(engine.hasRequest()).isFalse();
        await().untilAsserted(() -> assertThat(weir.get("/admin/limits").body()).contains("\"spent\":0.000003000"));
        assertThat(ask(",\"max_tokens\":8").headers().firstValue("x-weir-upgrade"))
                .as("what is left of the first is given back")
                .hasValue("large; its model was not sure (mean log-probability -0.500)");
    }

    @Test
    void whatDeclinesAndWhatHasNotItsFormIsReplaced() throws Exception {
        says("I am sorry, I cannot say.", -0.01);
        assertThat(ask("").headers().firstValue("x-weir-upgrade")).hasValue("large; it declines");
        says("no json", -0.01);
        assertThat(ask(",\"response_format\":{\"type\":\"json_object\"}")
                        .headers()
                        .firstValue("x-weir-upgrade"))
                .hasValue("large; it has not the form that was asked for");
    }

    @Test
    void whatCameFromOutsideAndWillNotDoIsBookedWithWhoGaveItAtTheirPrice() throws Exception {
        weir.patch("/admin/tenants/default", "{\"dataResidency\":\"OVERFLOW_ALLOWED\"}");
        engine.answers(exchange -> {
            if (exchange.request().body().contains("\"small\"")) {
                exchange.json(429, "{\"error\":{\"code\":\"engine_overloaded\"}}");
            } else {
                exchange.json(200, whole("large", "Yes", "null"));
            }
        });
        outside.answers(exchange -> exchange.json(200, whole("big", "I am sorry, I cannot say.", "null")));
        HttpResponse<String> answer = ask(",\"max_tokens\":8");
        assertThat(answer.headers().firstValue("x-weir-upgrade")).hasValue("large; it declines");
        assertThat(answer.headers().firstValue("x-weir-engine")).hasValue(engine.name());
        await().untilAsserted(
                        () -> assertThat(weir.get("/admin/costs?by=feature,engine,model")
                                        .body())
                                .contains(
                                        "\"engine\":\"overflow:out\",\"model\":\"small\"},\"calls\":1,\"inputTokens\":4,\"cachedTokens\":0,\"outputTokens\":3,\"cost\":0.000015000}",
                                        "\"engine\":\"" + engine.name()
                                                + "\",\"model\":\"large\"},\"calls\":1,\"inputTokens\":4,\"cachedTokens\":0,\"outputTokens\":3,\"cost\":0.000030000}"));
    }

    @Test
    void aStreamIsLookedAtAsAWholeAndSentAsAStream() throws Exception {
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"logprobs\":{\"content\":"
                    + "[{\"token\":\"Hi\",\"logprob\":-0.01}]},\"finish_reason\":\"stop\"}]}\n\n");
            exchange.chunk("data: [DONE]\n\n");
            exchange.end();
        });
        HttpResponse<String> answer = ask(",\"stream\":true");
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
        assertThat(answer.body())
                .isEqualTo("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"logprobs\":null,"
                        + "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    }

    @Test
    void anErrorIsPassedOnAndOtherTiersAreNotLookedAt() throws Exception {
        engine.answers(exchange -> exchange.json(400, "{\"error\":{\"message\":\"no\"}}"));
        assertThat(ask("").statusCode()).isEqualTo(400);
        says("Maybe", -0.5);
        weir.post(CHAT, "{\"model\":\"weir-power\",\"messages\":[]}");
        assertThat(engine.nextRequest().body()).isEqualTo("{\"model\":\"large\",\"messages\":[]}");
    }

    private HttpResponse<String> ask(String more) throws Exception {
        return weir.post(CHAT, "{\"model\":\"weir-fast\",\"messages\":[]" + more + "}");
    }

    private void says(String text, double logprob) {
        engine.answers(exchange -> exchange.json(
                200,
                whole(
                        exchange.request().body().contains("\"small\"") ? "small" : "large",
                        text,
                        "{\"content\":[{\"token\":\"x\",\"logprob\":" + logprob + "}]}")));
    }

    private static String whole(String model, String text, String logprobs) {
        return "{\"model\":\"" + model
                + "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                + text + "\"},\"logprobs\":" + logprobs
                + ",\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":3}}";
    }
}
