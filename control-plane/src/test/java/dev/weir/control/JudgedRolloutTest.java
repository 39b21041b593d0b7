package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.live.ArmWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the judge says of live answers, on its way to the rollout whose answers they are. */
class JudgedRolloutTest {
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);
    private static final int REQUESTS_MAX = 2000;

    private static ScriptedEngine.Script saying(String text) {
        return exchange -> exchange.json(
                200,
                "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                        + "\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}");
    }

    private static String verdict(boolean passes) {
        return "{\\\"evidence\\\":[],\\\"reasoning\\\":\\\"so\\\",\\\"verdict\\\":\\\"" + (passes ? "pass" : "fail")
                + "\\\",\\\"confidence\\\":0.9}";
    }

    private static String phase(RunningControlPlane weir) throws Exception {
        return report(weir).path("phase").asString("");
    }

    private static JsonNode report(RunningControlPlane weir) throws Exception {
        return JsonMapper.shared()
                .readTree(weir.get("/admin/rollouts/r1").body())
                .path("report");
    }

    private static JsonNode postMortem(RunningControlPlane weir) throws Exception {
        return JsonMapper.shared()
                .readTree(weir.get("/admin/rollouts/r1/post-mortem").body());
    }

    private static void begin(RunningControlPlane weir, String kind, double share) throws Exception {
        String plan = """
                {"id": "r1", "alias": "notes", "baseline": "v1", "candidate": "v2", "reason": "to see", "overrideGate": true,
                 "start": true,
                 "stages": [{"kind": "%s", "candidateShare": %s, "holdSeconds": 3600, "requestsMin": 500, "judgedMin": 100},
                            {"kind": "WARM", "candidateShare": 1, "holdSeconds": 3600}],
                 "guards": [{"metric": "ERROR", "role": "GUARDRAIL", "limit": 0.02}, {"metric": "HALLUCINATION", "role": "GUARDRAIL", "limit": 0.03}]}
                """.formatted(kind, share);
        assertThat(weir.post("/admin/rollouts", plan).statusCode()).isEqualTo(201);
        Flux.interval(Duration.ofMillis(10))
                .filter(_ -> weir.part(ArmWeights.class).of("notes").isPresent())
                .blockFirst(WAIT_MAX);
    }

    private static void ask(RunningControlPlane weir, int number) throws Exception {
        weir.post(
                "/v1/chat/completions",
                "{\"model\":\"notes\",\"messages\":[{\"role\":\"user\",\"content\":\"when?\"}]}",
                "weir-session",
                "chat-" + number);
    }

    private static RunningControlPlane weir(Path directory, ScriptedEngine... engines) throws Exception {
        Path file = directory.resolve("weir.yaml");
        Files.writeString(
                file,
                "evaluation: {live: {judge-model: arbiter, share: 1, per-minute-max: 100000}, review: {tenants: [default]}}\n");
        return new RunningControlPlane(
                List.of(engines),
                "--weir.configuration.file=" + file,
                "--weir.rollout.beat=20ms",
                "--weir.rollout.tick=100ms");
    }

    /** The old version says what is true, and the judge knows it when it sees it. */
    private static void askUntilDecided(RunningControlPlane weir, ScriptedEngine old, ScriptedEngine arbiter)
            throws Exception {
        old.answers(saying("at nine"));
        arbiter.answers(exchange ->
                saying(verdict(!exchange.request().body().contains("by air"))).answer(exchange));
        for (int i = 0; i < REQUESTS_MAX && phase(weir).equals("RUNNING"); i++) {
            ask(weir, i);
        }
    }

    @Test
    void aCandidateThatMakesThingsUpIsRolledBackByWhatTheJudgeSays(@TempDir Path directory) throws Exception {
        try (ScriptedEngine old = ScriptedEngine.with("v1");
                ScriptedEngine young = ScriptedEngine.with("v2");
                ScriptedEngine arbiter = ScriptedEngine.with("arbiter");
                RunningControlPlane weir = weir(directory, old, young, arbiter)) {
            young.answers(saying("at noon, by air"));
            begin(weir, "CANARY", 0.5);
            askUntilDecided(weir, old, arbiter);
            assertThat(phase(weir)).isEqualTo("ROLLED_BACK");
            assertThat(weir.get("/admin/rollouts/r1").body()).contains("Rolled back from 50 %: hallucinations");
            JsonNode found = Flux.interval(Duration.ofMillis(50))
                    .concatMap(_ -> Mono.fromCallable(() -> postMortem(weir)))
                    .filter(view -> view.path("findings").toString().contains("LOW_QUALITY")
                            && !view.path("worst").isEmpty())
                    .blockFirst(WAIT_MAX);
            assertThat(found).as("what the judge said, in slices").isNotNull();
            assertThat(found.path("findings").toString())
                    .contains("\"metric\":\"HALLUCINATION\",\"dimension\":\"query type\"");
            assertThat(found.path("candidate").toString()).contains("\"metric\":\"HALLUCINATION\"");
            JsonNode worst = found.path("worst").path(0);
            assertThat(worst.path("messages").path(0).path("content").asString())
                    .isEqualTo("when?");
            assertThat(worst.path("answer").asString()).isEqualTo("at noon, by air");
            assertThat(worst.path("baselineAnswer").asString()).isEqualTo("at nine");
            assertThat(worst.path("reason").asString()).contains("not supported: so");
            assertThat(worst.path("hallucinated").asBoolean()).isTrue();
            assertThat(worst.path("judgeVersion").asString()).startsWith("arbiter@");
        }
    }

    @Test
    void aCandidateThatMakesThingsUpIsFoundOutInTheShadowBeforeAnybodySeesIt(@TempDir Path directory) throws Exception {
        try (ScriptedEngine old = ScriptedEngine.with("v1");
                ScriptedEngine young = ScriptedEngine.with("v2");
                ScriptedEngine arbiter = ScriptedEngine.with("arbiter");
                RunningControlPlane weir = weir(directory, old, young, arbiter)) {
            young.answers(saying("at noon, by air"));
            begin(weir, "SHADOW", 0);
            askUntilDecided(weir, old, arbiter);
            JsonNode report = report(weir);
            assertThat(report.path("phase").asString("")).isEqualTo("ROLLED_BACK");
            assertThat(weir.get("/admin/rollouts/r1").body())
                    .contains("Rolled back from the shadow stage: hallucinations");
            JsonNode judged = report.path("metrics").path(1);
            assertThat(judged.path("candidateCount").asLong())
                    .as("only pairs count")
                    .isEqualTo(judged.path("baselineCount").asLong());
            assertTheShadowLeftAPostMortem(weir);
        }
    }

    private static void assertTheShadowLeftAPostMortem(RunningControlPlane weir) {
        JsonNode found = Flux.interval(Duration.ofMillis(50))
                .concatMap(_ -> Mono.fromCallable(() -> postMortem(weir)))
                .filter(view -> view.path("findings").toString().contains("HALLUCINATION")
                        && !view.path("worst").isEmpty())
                .blockFirst(WAIT_MAX);
        assertThat(found).as("where its pairs were worse").isNotNull();
        for (String dimension : List.of("tenant", "query type", "language", "length")) {
            assertThat(found.path("findings").toString())
                    .contains("\"metric\":\"HALLUCINATION\",\"dimension\":\"" + dimension + "\"");
        }
        assertThat(found.path("findings"))
                .as("a pair has an answer of each")
                .allSatisfy(
                        finding -> assertThat(finding.path("candidateCount")).isEqualTo(finding.path("baselineCount")));
        assertThat(found.path("candidate").path(0).path("tenant").asString()).isEqualTo("default");
        assertThat(found.path("baseline")).isEmpty();
        JsonNode worst = found.path("worst").path(0);
        assertThat(worst.path("messages").path(0).path("content").asString()).isEqualTo("when?");
        assertThat(worst.path("answer").asString()).isEqualTo("at noon, by air");
        assertThat(worst.path("baselineAnswer").asString())
                .as("what its caller saw")
                .isEqualTo("at nine");
    }

    @Test
    void withoutItsJudgeARolloutHolds(@TempDir Path directory) throws Exception {
        try (ScriptedEngine old = ScriptedEngine.with("v1");
                ScriptedEngine young = ScriptedEngine.with("v2");
                ScriptedEngine arbiter = ScriptedEngine.with("arbiter");
                RunningControlPlane weir = weir(directory, old, young, arbiter)) {
            old.answers(saying("at nine"));
            young.answers(saying("at nine"));
            arbiter.answers(exchange -> exchange.json(500, "{}"));
            begin(weir, "CANARY", 0.5);
            for (int i = 0; i < 40; i++) {
                ask(weir, i);
            }
            JsonNode held = Flux.interval(Duration.ofMillis(50))
                    .concatMap(_ -> Mono.fromCallable(() -> report(weir)))
                    .filter(report -> !report.path("holds").isEmpty())
                    .blockFirst(WAIT_MAX);
            assertThat(held).isNotNull();
            assertThat(held.path("phase").asString("")).isEqualTo("RUNNING");
            assertThat(held.path("holds").toString()).contains("judge");
        }
    }
}
