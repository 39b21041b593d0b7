package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The start gate with models that answer and a model that judges, all of which ship with Weir. */
class DemoJudgeIT {
    private static final String WEAK = "weir-demo-mid";
    private static final String STRONG = "weir-demo-power";
    private static final int CASE_COUNT = 24;
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    @Test
    void theWeakerModelIsWorseThanTheStrongerOneAndNotTheOtherWayRound() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        Path file = Files.writeString(
                directory.resolve("weir.yaml"), "evaluation: {start-gate: {cases-min: " + CASE_COUNT + "}}\n");
        Path models = WeirProcess.HOME.resolve("models/demo");
        try (EngineProcess engine = new EngineProcess(
                        STRONG, "--model", models.resolve(WEAK).toString());
                RunningControlPlane weir = new RunningControlPlane(
                        List.of(), "--weir.engines[0]=" + engine.url(), "--weir.configuration.file=" + file)) {
            weir.awaitReadyCount(1);
            // Questions that take several steps, which the weaker model often gets wrong.
            try (Stream<String> lines = Files.lines(models.resolve("evaluation.jsonl"))) {
                String cases = lines.filter(line -> line.contains("\"type\":\"refund\""))
                        .limit(CASE_COUNT)
                        .collect(Collectors.joining("\n"));
                assertThat(weir.post("/admin/golden-sets/refunds", cases).statusCode())
                        .isEqualTo(201);
            }
            String weak = run(weir, WEAK, "");
            String strong = run(weir, STRONG, weak);
            String back = run(weir, WEAK, strong);
            JsonNode pairs = pairs(weir, strong, weak);
            // This judge has not always a verdict on refunds, and the gate says so.
            assertThat(clearance(weir, WEAK, STRONG)).doesNotContain("it is worse", "the judge prefers");
            assertThat(clearance(weir, STRONG, WEAK)).contains("\"kind\":\"refused\"", "it is worse");
            assertThat(pairs.path("candidateCount").asInt())
                    .isGreaterThan(pairs.path("baselineCount").asInt());
            // The same pairs from the other side, by a judge that has no side.
            JsonNode mirrored = pairs(weir, back, strong);
            assertThat(mirrored.path("baselineCount")).isEqualTo(pairs.path("candidateCount"));
            assertThat(mirrored.path("candidateCount")).isEqualTo(pairs.path("baselineCount"));
            assertThat(mirrored.path("sameCount")).isEqualTo(pairs.path("sameCount"));
            System.out.println("The demo judge on " + STRONG + " beside " + WEAK + ": " + pairs);
        }
    }

    private static String run(RunningControlPlane weir, String model, String comparedWith) throws Exception {
        String against = comparedWith.isEmpty() ? "" : ",\"comparedWith\":\"" + comparedWith + "\"";
        HttpResponse<String> started = weir.post(
                "/admin/evaluations",
                "{\"goldenSet\":\"refunds\",\"model\":\"%s\",\"judgeModel\":\"%s\"%s}"
                        .formatted(model, STRONG, against));
        assertThat(started.statusCode()).as(started.body()).isEqualTo(202);
        String id = JsonMapper.shared().readTree(started.body()).path("id").asString();
        await().atMost(WAIT_MAX)
                .until(() -> weir.get("/admin/evaluations/" + id).body(), run -> run.contains("\"DONE\""));
        return id;
    }

    private static JsonNode pairs(RunningControlPlane weir, String candidate, String baseline) throws Exception {
        return JsonMapper.shared()
                .readTree(weir.post(
                                "/admin/evaluations/gate",
                                "{\"candidateRun\":\"%s\",\"baselineRun\":\"%s\"}".formatted(candidate, baseline))
                        .body())
                .path("report")
                .path("preferences");
    }

    private static String clearance(RunningControlPlane weir, String baseline, String candidate) throws Exception {
        return weir.get("/admin/evaluations/clearance?baseline=" + baseline + "&candidate=" + candidate)
                .body();
    }
}
