package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.evaluation.archive.RunArchive;
import dev.weir.control.evaluation.archive.RunStatus.State;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.identity.Registry;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a version has to have passed before it is rolled out: the cases, and the judge, beside what serves now. */
class StartGateTest {
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);
    private static final int CASE_COUNT = 6;
    private static final String ROLLOUT =
            "{\"id\":\"r1\",\"alias\":\"notes\",\"baseline\":\"old\",\"candidate\":\"young\",\"reason\":\"to see\",\"template\":\"UNJUDGED\"}";

    @TempDir
    private Path directory;

    private static ScriptedEngine engine(String model, String answer) throws Exception {
        ScriptedEngine engine = ScriptedEngine.with(model);
        engine.answers(ScriptedChat.answering(_ -> answer));
        return engine;
    }

    private RunningControlPlane weir(ScriptedEngine... engines) throws Exception {
        Path file = directory.resolve("weir.yaml");
        Files.writeString(file, "evaluation: {start-gate: {cases-min: " + CASE_COUNT + "}}\n");
        RunningControlPlane weir = new RunningControlPlane(List.of(engines), "--weir.configuration.file=" + file);
        StringBuilder cases = new StringBuilder();
        for (int i = 0; i < CASE_COUNT; i++) {
            cases.append(
                    "{\"id\":\"%d\",\"messages\":[{\"role\":\"user\",\"content\":\"when?\"}],\"checks\":[{\"type\":\"contains\",\"value\":\"at\"}]}\n"
                            .formatted(i));
        }
        assertThat(weir.post("/admin/golden-sets/times", cases.toString()).statusCode())
                .isEqualTo(201);
        return weir;
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JsonMapper.shared().readTree(response.body());
    }

    private static HttpResponse<String> order(RunningControlPlane weir, String model, String more) throws Exception {
        return weir.post("/admin/evaluations", "{\"goldenSet\":\"times\",\"model\":\"" + model + "\"" + more + "}");
    }

    private static String judged(RunningControlPlane weir, String model, String more) throws Exception {
        return judgedBy(weir, "arbiter", model, more);
    }

    private static String judgedBy(RunningControlPlane weir, String judge, String model, String more) throws Exception {
        HttpResponse<String> started = order(weir, model, ",\"judgeModel\":\"" + judge + "\"" + more);
        assertThat(started.statusCode()).as(started.body()).isEqualTo(202);
        String id = json(started).path("id").asString("");
        Flux.interval(Duration.ofMillis(10))
                .filter(_ -> weir.part(RunArchive.class).status(id).state() != State.RUNNING)
                .blockFirst(WAIT_MAX);
        assertThat(weir.part(RunArchive.class).status(id).state()).isEqualTo(State.DONE);
        return id;
    }

    private static JsonNode clearance(RunningControlPlane weir) throws Exception {
        return json(weir.get("/admin/evaluations/clearance?baseline=old&candidate=young"));
    }

    @Test
    void aVersionAsGoodAsTheOldOneByItsCasesAndByTheJudgeIsCleared() throws Exception {
        try (ScriptedEngine old = engine("old", "at nine");
                ScriptedEngine young = engine("young", "at nine sharp");
                ScriptedEngine arbiter = ScriptedEngine.with("arbiter");
                RunningControlPlane weir = weir(old, young, arbiter)) {
            arbiter.answers(ScriptedChat.answering(ScriptedChat.judgeWhoLooksFor("nine")));
            String before = judged(weir, "old", "");
            judged(weir, "young", "");
            assertThat(clearance(weir).path("reason").asString())
                    .contains("run old with a judge, then young compared with that run");
            HttpResponse<String> refused = weir.post("/admin/rollouts", ROLLOUT);
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("an administrator may override this");
            String id = judged(weir, "young", ",\"comparedWith\":\"" + before + "\"");
            assertThat(clearance(weir).path("kind").asString()).isEqualTo("passed");
            assertThat(json(weir.get("/admin/evaluations/" + id))
                            .path("comparedWith")
                            .asString())
                    .isEqualTo(before);
            JsonNode pairs = json(weir.post(
                            "/admin/evaluations/gate",
                            "{\"candidateRun\":\"%s\",\"baselineRun\":\"%s\"}".formatted(id, before)))
                    .path("report")
                    .path("preferences");
            assertThat(pairs.path("tieCount").asInt()).isEqualTo(CASE_COUNT);
            assertThat(pairs.path("positionBias").asDouble(-1)).isZero();
            HttpResponse<String> planned = weir.post("/admin/rollouts", ROLLOUT);
            assertThat(planned.statusCode()).as(planned.body()).isEqualTo(201);
        }
    }

    @Test
    void runsThatOtherWeightsOfTheJudgeHaveJudgedClearNobody() throws Exception {
        try (ScriptedEngine old = engine("old", "at nine");
                ScriptedEngine young = engine("young", "at nine sharp");
                ScriptedEngine arbiter = new ScriptedEngine(listing("one"));
                RunningControlPlane weir = weir(old, young, arbiter)) {
            arbiter.answers(ScriptedChat.answering(ScriptedChat.judgeWhoLooksFor("nine")));
            String before = judged(weir, "old", "");
            assertThat(weir.part(RunArchive.class).status(before).settings().judgeVersion())
                    .matches("arbiter@[0-9a-f]{12}/one");
            arbiter.lists("{\"id\":\"arbiter\",\"version\":\"two\"}");
            Fleet fleet = weir.part(Fleet.class);
            Flux.interval(Duration.ofMillis(10))
                    .filter(_ -> fleet.snapshot().ready().stream()
                            .anyMatch(engine -> engine.versionOf("arbiter").equals(Optional.of("two"))))
                    .blockFirst(WAIT_MAX);
            String id = judged(weir, "young", ",\"comparedWith\":\"" + before + "\"");
            assertThat(clearance(weir).path("kind").asString()).isNotEqualTo("passed");
            HttpResponse<String> compared = weir.post(
                    "/admin/evaluations/gate",
                    "{\"candidateRun\":\"%s\",\"baselineRun\":\"%s\"}".formatted(id, before));
            assertThat(compared.statusCode()).isEqualTo(400);
            assertThat(compared.body()).contains("their verdicts cannot stand together");
        }
    }

    private static String listing(String version) {
        return "{\"object\":\"list\",\"data\":[{\"id\":\"arbiter\",\"version\":\"" + version + "\"}]}";
    }

    @Test
    void aVersionWhoseAnswersTheJudgePrefersLessIsNotThoughItPassesItsCases() throws Exception {
        try (ScriptedEngine old = engine("old", "at nine");
                ScriptedEngine young = engine("young", "at ten");
                ScriptedEngine arbiter = ScriptedEngine.with("arbiter");
                RunningControlPlane weir = weir(old, young, arbiter)) {
            // Both are good by themselves; side by side one is better.
            arbiter.answers(ScriptedChat.answering(said -> said.contains("<data second answer")
                    ? ScriptedChat.judgeWhoLooksFor("nine").apply(said)
                    : ScriptedChat.verdict(true)));
            String before = judged(weir, "old", "");
            judged(weir, "young", ",\"comparedWith\":\"" + before + "\"");
            assertThat(clearance(weir).path("kind").asString()).isEqualTo("refused");
            assertThat(clearance(weir).path("reason").asString())
                    .contains("the judge prefers the baseline's answers: 6 to 0");
        }
    }

    @Test
    void aJudgeThatDeclinesEverythingClearsNobody() throws Exception {
        try (ScriptedEngine old = engine("old", "at nine");
                ScriptedEngine young = engine("young", "at nine sharp");
                ScriptedEngine arbiter = engine("arbiter", "I would rather not say.");
                RunningControlPlane weir = weir(old, young, arbiter)) {
            String before = judged(weir, "old", "");
            judged(weir, "young", ",\"comparedWith\":\"" + before + "\"");
            assertThat(clearance(weir).path("kind").asString()).isEqualTo("refused");
            assertThat(clearance(weir).path("reason").asString())
                    .contains("the judge has ruled on only 0.0 % of the answers")
                    .contains("only 0.0 % of the pairs have a verdict");
        }
    }

    @Test
    void aJudgeWithNothingToSayOfTheSetClearsNobody() throws Exception {
        try (ScriptedEngine old = engine("old", "at nine");
                ScriptedEngine young = engine("young", "at nine sharp");
                ScriptedEngine arbiter = engine("weir-demo-judge", "so. Answer: supported");
                RunningControlPlane weir = weir(old, young, arbiter)) {
            String before = judgedBy(weir, "weir-demo-judge", "old", "");
            judgedBy(weir, "weir-demo-judge", "young", ",\"comparedWith\":\"" + before + "\"");
            assertThat(clearance(weir).path("kind").asString()).isEqualTo("refused");
            assertThat(clearance(weir).path("reason").asString())
                    .contains("the judge's question applies to only 0 of 6 answers")
                    .contains("the judge's question applies to only 0 of 6 pairs");
            assertThat(arbiter.hasRequest()).isFalse();
        }
    }

    @Test
    void aComparisonThatCannotBeIsRefusedWithItsReason() throws Exception {
        try (ScriptedEngine old = engine("old", "at nine");
                ScriptedEngine arbiter = ScriptedEngine.with("arbiter");
                RunningControlPlane weir = weir(old, arbiter)) {
            arbiter.answers(ScriptedChat.answering(ScriptedChat.judgeWhoLooksFor("nine")));
            String before = judged(weir, "old", "");
            HttpResponse<String> unjudged = order(weir, "old", ",\"comparedWith\":\"" + before + "\"");
            assertThat(unjudged.statusCode()).isEqualTo(400);
            assertThat(unjudged.body()).contains("comparing answers takes a judge");
            assertThat(order(weir, "old", ",\"judgeModel\":\"arbiter\",\"comparedWith\":\"nothing\"")
                            .statusCode())
                    .isEqualTo(404);
            weir.post(
                    "/admin/golden-sets/times",
                    "{\"id\":\"0\",\"messages\":[{\"role\":\"user\",\"content\":\"why?\"}],\"checks\":[{\"type\":\"is-refusal\"}]}");
            HttpResponse<String> other =
                    order(weir, "old", ",\"judgeModel\":\"arbiter\",\"comparedWith\":\"" + before + "\"");
            assertThat(other.statusCode()).isEqualTo(409);
            assertThat(other.body()).contains("over another version of the set");
        }
    }

    @Test
    void onlyAnAdministratorAnswersForAVersionThatHasNotPassed() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("old", "young");
                RunningControlPlane weir =
                        new RunningControlPlane(List.of(engine), "--weir.identity.insecure-no-auth=false")) {
            String admin = weir.part(Registry.class)
                    .bootstrap(false)
                    .orElseThrow()
                    .text()
                    .reveal();
            String made = weir.post(
                            "/admin/keys",
                            "{\"tenant\":\"default\",\"name\":\"of a test\",\"scopes\":[\"admin:view\",\"admin:operate\"]}",
                            "authorization",
                            "Bearer " + admin)
                    .body();
            String operator = JsonMapper.shared().readTree(made).path("key").asString();
            String path = "/admin/evaluations/clearance?baseline=old&candidate=young";
            String reason = "{\"reason\":\"a leak of the old one\"}";
            assertThat(weir.put(path, reason, "authorization", "Bearer " + operator)
                            .statusCode())
                    .isEqualTo(403);
            assertThat(weir.post(
                                    "/admin/rollouts",
                                    ROLLOUT.replace("{", "{\"overrideGate\":true,"),
                                    "authorization",
                                    "Bearer " + operator)
                            .statusCode())
                    .isEqualTo(403);
            assertThat(weir.put(path, reason, "authorization", "Bearer " + admin)
                            .body())
                    .contains("\"kind\":\"overridden\"", "a leak of the old one");
            assertThat(weir.get("/admin/audit", "authorization", "Bearer " + admin)
                            .body())
                    .contains("clearance.override", "a leak of the old one");
            assertThat(weir.post("/admin/rollouts", ROLLOUT, "authorization", "Bearer " + operator)
                            .statusCode())
                    .isEqualTo(201);
        }
    }

    @Test
    void peopleSayHowOftenARunIsRightBesideTheJudge() throws Exception {
        try (ScriptedEngine old = engine("old", "at nine");
                ScriptedEngine arbiter = ScriptedEngine.with("arbiter");
                RunningControlPlane weir = weir(old, arbiter)) {
            arbiter.answers(ScriptedChat.answering(ScriptedChat.judgeWhoLooksFor("nine")));
            String id = judged(weir, "old", "");
            String question = "{\"candidateRun\":\"%s\",\"labels\":{\"0\":true,\"1\":false,\"2\":true}}".formatted(id);
            JsonNode accuracy = json(weir.post("/admin/evaluations/gate", question))
                    .path("report")
                    .path("accuracy");
            assertThat(accuracy.path("labelCount").asInt()).isEqualTo(3);
            assertThat(accuracy.path("judgedCount").asInt()).isEqualTo(3);
            assertThat(accuracy.path("judgedShare").asDouble()).isEqualTo(1);
            assertThat(accuracy.path("share").asDouble()).isEqualTo(2 / 3.0);
            assertThat(weir.post("/admin/evaluations/gate/report", question).body())
                    .contains("66.7 % of the answers are right");
        }
    }
}
