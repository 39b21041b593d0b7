package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The start gate with models that answer and a model that judges, all of which ship with Weir. */
class DemoJudgeIT {
    private static final String WEAK = "weir-demo-mid";
    private static final String STRONG = "weir-demo-power";
    /** Of the demo models' set every third case, which is some of every type: of too few look-ups the judge could say nothing. */
    private static final int EVERY = 3;

    private static final Path MODELS = WeirProcess.HOME.resolve("models/demo");
    private static final Duration WAIT_MAX = Duration.ofMinutes(5);

    @Test
    void aVersionThatPassesBothTiersIsRolledOutAndOneThatDoesNotIsNot() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        try (EngineProcess engine = new EngineProcess(
                        STRONG, "--model", MODELS.resolve(WEAK).toString());
                RunningControlPlane weir = new RunningControlPlane(List.of(), "--weir.engines[0]=" + engine.url())) {
            weir.awaitReadyCount(1);
            assertThat(weir.post("/admin/golden-sets/ferries", sample()).statusCode())
                    .isEqualTo(201);
            String weak = run(weir, WEAK, "");
            String strong = run(weir, STRONG, weak);
            JsonNode report = report(weir, strong, weak);
            System.out.println("The demo judge on " + STRONG + " beside " + WEAK + ": " + report.path("total") + ", "
                    + report.path("preferences"));
            assertThat(clearance(weir, WEAK, STRONG)).contains("\"kind\":\"passed\"", strong, weak);
            HttpResponse<String> planned = rollout(weir, "up", WEAK, STRONG);
            assertThat(planned.statusCode()).as(planned.body()).isEqualTo(201);
            assertThat(weir.get("/admin/audit").body())
                    .contains("run " + strong + " passed against run " + weak)
                    .doesNotContain("overridden");
            JsonNode judged = report.path("total").path("judged");
            assertThat(judged.path("ruledCount").asInt()).isPositive();
            assertThat(judged.path("inapplicableCount").asInt()).isPositive();
            assertTheOtherWayRound(weir, strong, report.path("preferences"));
        }
    }

    private static void assertTheOtherWayRound(RunningControlPlane weir, String strong, JsonNode pairs)
            throws Exception {
        String back = run(weir, WEAK, strong);
        assertThat(clearance(weir, STRONG, WEAK)).contains("\"kind\":\"refused\"", "it is worse");
        HttpResponse<String> refused = rollout(weir, "down", STRONG, WEAK);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains(WEAK + " is not as good as " + STRONG + " on ferries");
        assertThat(pairs.path("candidateCount").asInt())
                .isGreaterThan(pairs.path("baselineCount").asInt());
        // The same pairs from the other side, by a judge that has no side.
        JsonNode mirrored = report(weir, back, strong).path("preferences");
        assertThat(mirrored.path("baselineCount")).isEqualTo(pairs.path("candidateCount"));
        assertThat(mirrored.path("candidateCount")).isEqualTo(pairs.path("baselineCount"));
        assertThat(mirrored.path("sameCount")).isEqualTo(pairs.path("sameCount"));
        assertThat(mirrored.path("inapplicableCount")).isEqualTo(pairs.path("inapplicableCount"));
    }

    private static String sample() throws IOException {
        List<String> lines = Files.readAllLines(MODELS.resolve("evaluation.jsonl"));
        return IntStream.range(0, lines.size())
                .filter(i -> i % EVERY == 0)
                .mapToObj(lines::get)
                .collect(Collectors.joining("\n"));
    }

    /** A plan that nobody answers for: without {@code overrideGate}. */
    private static HttpResponse<String> rollout(
            RunningControlPlane weir, String alias, String baseline, String candidate) throws Exception {
        return weir.post(
                "/admin/rollouts",
                "{\"alias\":\"%s\",\"baseline\":\"%s\",\"candidate\":\"%s\",\"template\":\"UNJUDGED\",\"reason\":\"fewer mistakes\"}"
                        .formatted(alias, baseline, candidate));
    }

    private static String run(RunningControlPlane weir, String model, String comparedWith) throws Exception {
        String against = comparedWith.isEmpty() ? "" : ",\"comparedWith\":\"" + comparedWith + "\"";
        HttpResponse<String> started = weir.post(
                "/admin/evaluations",
                "{\"goldenSet\":\"ferries\",\"model\":\"%s\",\"judgeModel\":\"%s\"%s}"
                        .formatted(model, STRONG, against));
        assertThat(started.statusCode()).as(started.body()).isEqualTo(202);
        String id = JsonMapper.shared().readTree(started.body()).path("id").asString();
        await().atMost(WAIT_MAX)
                .until(() -> weir.get("/admin/evaluations/" + id).body(), run -> run.contains("\"DONE\""));
        return id;
    }

    private static JsonNode report(RunningControlPlane weir, String candidate, String baseline) throws Exception {
        return JsonMapper.shared()
                .readTree(weir.post(
                                "/admin/evaluations/gate",
                                "{\"candidateRun\":\"%s\",\"baselineRun\":\"%s\"}".formatted(candidate, baseline))
                        .body())
                .path("report");
    }

    private static String clearance(RunningControlPlane weir, String baseline, String candidate) throws Exception {
        return weir.get("/admin/evaluations/clearance?baseline=" + baseline + "&candidate=" + candidate)
                .body();
    }
}
