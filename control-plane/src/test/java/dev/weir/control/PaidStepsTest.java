package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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

/**
 * What limits have left after a way of several steps. Counters say it where they refuse: what is told of a limit otherwise is the ledger's sum, and
 * of a minute's something comes back while one looks.
 */
class PaidStepsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final int MODELS_MAX = 5000;
    private static final int TENANTS_MAX = 10_000;

    /** The tokens that an answer of each takes: different, so that none passes for another. */
    private static final Map<String, Integer> TOKENS = Map.of("small", 130, "medium", 240, "large", 350, "apart", 10);

    @TempDir
    private Path directory;

    private ScriptedEngine engine;
    private RunningControlPlane weir;

    @BeforeEach
    void start() throws Exception {
        Path file = Files.writeString(directory.resolve("weir.yaml"), """
                tiers: {fast: small, mid: medium, power: large}
                upgrade: {tiers: [fast, mid], to: [medium, large], logprob-min: -0.1}
                """);
        engine = ScriptedEngine.with("small", "medium", "large", "apart");
        weir = new RunningControlPlane(List.of(engine), "--weir.configuration.file=" + file);
        fail(List.of());
    }

    @AfterEach
    void stop() throws Exception {
        weir.close();
        engine.close();
    }

    @Test
    void eachModelsTokensAreItsOwnAndTheTenantsAreAllOfThem() throws Exception {
        limitTokens();
        assertThat(ask("weir-fast", 60).body()).contains("\"model\":\"large\"");
        assertLeft("small", MODELS_MAX, MODELS_MAX - 130);
        assertLeft("medium", MODELS_MAX, MODELS_MAX - 240);
        assertLeft("large", MODELS_MAX, MODELS_MAX - 350);
        assertLeft("apart", TENANTS_MAX, TENANTS_MAX - 130 - 240 - 350);
    }

    @Test
    void whatFailedHasTakenNothing() throws Exception {
        limitTokens();
        fail(List.of("medium", "large"));
        assertThat(ask("weir-fast", 60).body()).contains("\"model\":\"small\"");
        assertLeft("small", MODELS_MAX, MODELS_MAX - 130);
        assertLeft("apart", TENANTS_MAX, TENANTS_MAX - 130);
        fail(List.of("medium"));
        assertThat(ask("weir-fast", 3900).body())
                .as("there is room for two, and what was set aside for the one that failed is given back")
                .contains("\"model\":\"large\"");
        assertLeft("small", MODELS_MAX, MODELS_MAX - 2 * 130);
        assertLeft("large", MODELS_MAX, MODELS_MAX - 350);
        assertLeft("apart", TENANTS_MAX, TENANTS_MAX - 2 * 130 - 350);
        fail(List.of());
        assertThat(ask("medium", MODELS_MAX - 100).statusCode())
                .as("all of the medium model's is there")
                .isEqualTo(200);
    }

    @Test
    void theWayIsOneRequestAndToEachModelOne() throws Exception {
        for (String model : List.of("small", "medium", "large")) {
            limit("\"model\":\"" + model + "\",\"metric\":\"REQUESTS\",\"period\":\"DAY\",\"max\":2");
        }
        limit("\"tenant\":\"default\",\"metric\":\"REQUESTS\",\"period\":\"DAY\",\"max\":4");
        for (int way = 0; way < 2; way++) {
            assertThat(ask("weir-fast", 60).body()).contains("\"model\":\"large\"");
        }
        for (String model : List.of("small", "medium", "large")) {
            assertThat(ask(model, 60).body()).contains("of 2 are left 0");
        }
        for (int request = 0; request < 2; request++) {
            assertThat(ask("apart", 60).statusCode()).isEqualTo(200);
        }
        assertThat(ask("apart", 60).body()).contains("of 4 are left 0");
    }

    private void limitTokens() throws Exception {
        for (String model : List.of("small", "medium", "large")) {
            limit("\"model\":\"" + model + "\",\"metric\":\"TOKENS\",\"period\":\"DAY\",\"max\":" + MODELS_MAX);
        }
        limit("\"tenant\":\"default\",\"metric\":\"TOKENS\",\"period\":\"DAY\",\"max\":" + TENANTS_MAX);
    }

    private void limit(String fields) throws Exception {
        HttpResponse<String> made = weir.post("/admin/limits", "{" + fields + "}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    }

    /** By what a request for nearly all of it is told, once the way that was answered is settled, too. */
    private void assertLeft(String model, int max, int left) {
        await().untilAsserted(() ->
                assertThat(ask(model, max - 100).body()).contains("of " + max + " are left " + left + "\""));
    }

    private HttpResponse<String> ask(String model, int tokensMax) throws Exception {
        return weir.post(CHAT, "{\"model\":\"" + model + "\",\"max_tokens\":" + tokensMax + ",\"messages\":[]}");
    }

    /** From now on these fail, and the others say something that they are not sure of. */
    private void fail(List<String> models) {
        engine.answers(exchange -> {
            String body = exchange.request().body();
            Map.Entry<String, Integer> asked = new HashMap<>(TOKENS)
                    .entrySet().stream()
                            .filter(model -> body.contains("\"" + model.getKey() + "\""))
                            .findFirst()
                            .orElseThrow();
            if (models.contains(asked.getKey())) {
                exchange.json(500, "{\"error\":{\"message\":\"no\"}}");
                return;
            }
            exchange.json(
                    200,
                    "{\"model\":\"" + asked.getKey()
                            + "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hm\"},"
                            + "\"logprobs\":{\"content\":[{\"token\":\"x\",\"logprob\":-0.5}]},\"finish_reason\":\"stop\"}],"
                            + "\"usage\":{\"prompt_tokens\":" + (asked.getValue() - 10)
                            + ",\"completion_tokens\":10}}");
        });
    }
}
