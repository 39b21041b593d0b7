package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Rollouts as people plan them and command them. */
class RolloutAdminTest {
    private static final String PLAN = """
            {"id": "r1", "alias": "notes", "candidate": "v2", "reason": "fewer mistakes", "template": "UNJUDGED", "overrideGate": true,
             "stages": [{"kind": "CANARY", "candidateShare": 0.05, "holdSeconds": 3600, "requestsMin": 500},
                        {"kind": "CANARY", "candidateShare": 0.5, "holdSeconds": 3600, "requestsMin": 500},
                        {"kind": "WARM", "candidateShare": 1, "holdSeconds": 3600}]}
            """;

    @TempDir
    private Path directory;

    @Test
    void aRolloutIsPlannedAndCommandedAndSaysWhyItDoesNot() throws Exception {
        Path file = Files.writeString(directory.resolve("weir.yaml"), "aliases: {notes: {use: v1}}\n");
        try (ScriptedEngine engine = ScriptedEngine.with("v1", "v2");
                RunningControlPlane weir = new RunningControlPlane(
                        List.of(engine), "--weir.configuration.file=" + file, "--weir.rollout.beat=20ms")) {
            JsonNode forecast = json(weir.post("/admin/rollouts/forecast", PLAN), 200);
            assertThat(forecast.path("totalSeconds").isNull()).isTrue(); // no traffic
            JsonNode planned = json(weir.post("/admin/rollouts", PLAN), 201);
            assertThat(planned.path("summary").path("baseline").asString()).isEqualTo("v1");
            assertThat(planned.path("report").path("phase").asString()).isEqualTo("PLANNED");

            assertThat(command(weir, "pause", 409)).contains("the rollout has not begun");
            assertThat(command(weir, "start", 200)).contains("RUNNING", "Started with 5 %: because I say so");
            assertThat(command(weir, "start", 409)).contains("has begun already");
            assertThat(command(weir, "pause", 200)).contains("PAUSED");
            assertThat(command(weir, "promote-one", 200)).contains("from 5 % to 50 % by hand");
            assertThat(command(weir, "extend", 200)).contains("EXTENDED");
            assertThat(command(weir, "promote-full", 200)).contains("\"candidateShare\":1.0");
            JsonNode aliases = json(weir.get("/admin/aliases"), 200);
            assertThat(aliases.path(0).path("model").asString()).isEqualTo("v2");
            assertThat(aliases.path(0).path("rolloutId").asString()).isEqualTo("r1");
            assertThat(command(weir, "rollback", 200)).contains("ROLLED_BACK", "notes means v1 again");
            assertThat(command(weir, "resume", 409)).contains("another try is another rollout");
            JsonNode list = json(weir.get("/admin/rollouts"), 200);
            assertThat(list.path(0).path("phase").asString()).isEqualTo("ROLLED_BACK");
            assertThat(weir.get("/admin/audit").body())
                    .contains("rollout.create", "rollout.promote-full", "because I say so", "overridden by ")
                    .doesNotContain("Overridden[");
        }
    }

    @Test
    void aPlanThatCannotBeIsRefusedWithItsReason() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("v1", "v2");
                RunningControlPlane weir = new RunningControlPlane(List.of(engine))) {
            assertThat(refused(weir, PLAN)).contains("name the `baseline`");
            assertThat(refused(weir, PLAN.replace("\"notes\"", "\"v1\""))).contains("taken at its word");
            String complete = PLAN.replace("\"id\": \"r1\"", "\"baseline\": \"v1\"");
            assertThat(refused(weir, complete.replace("0.05", "0.6"))).contains("more than the one before");
            json(weir.post("/admin/rollouts", complete), 201);
            assertThat(refused(weir, complete)).contains("is being rolled out by r-");
            assertThat(weir.get("/admin/rollouts/nothing").statusCode()).isEqualTo(404);
            HttpResponse<String> wordless =
                    weir.post("/admin/rollouts/" + onlyId(weir) + "/start", "{\"reason\": \" \"}");
            assertThat(wordless.statusCode()).isEqualTo(400);
            assertThat(wordless.body()).contains("reason must have 1 to");
        }
    }

    @Test
    void aRolloutThatMayNotStartAsItIsMadeLeavesItsAliasFreeForAnotherTry() throws Exception {
        try (ScriptedEngine old = ScriptedEngine.with("v1");
                ScriptedEngine young = ScriptedEngine.with("v2");
                RunningControlPlane weir = new RunningControlPlane(List.of(old, young), "--weir.rollout.beat=20ms")) {
            young.answers(exchange -> exchange.json(500, "{}"));
            String order = PLAN.replace("\"id\": \"r1\"", "\"baseline\": \"v1\", \"start\": true");
            HttpResponse<String> refused = weir.post("/admin/rollouts", order);
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
            assertThat(refused.body()).contains("both versions must be proven healthy first, and v2 is not");
            assertThat(weir.get("/admin/rollouts/" + onlyId(weir)).body())
                    .contains("Given up before it began: it could not be started as it was made");
            young.answers(exchange -> exchange.json(200, "{}"));
            JsonNode begun = json(weir.post("/admin/rollouts", order), 201);
            assertThat(begun.path("report").path("phase").asString()).isEqualTo("RUNNING");
        }
    }

    @Test
    void aStartIsJudgedByWhatItsVersionsSayNow() throws Exception {
        try (ScriptedEngine old = ScriptedEngine.with("v1");
                ScriptedEngine young = ScriptedEngine.with("v2");
                RunningControlPlane weir = new RunningControlPlane(
                        List.of(old, young), "--weir.rollout.beat=20ms", "--weir.rollout.tick=1h")) {
            young.answers(exchange -> exchange.json(500, "{}"));
            json(weir.post("/admin/rollouts", PLAN.replace("\"id\":", "\"baseline\": \"v1\", \"id\":")), 201);
            assertThat(command(weir, "start", 409)).contains("v2 is not");
            young.answers(exchange -> exchange.json(200, "{}"));
            assertThat(command(weir, "start", 200)).contains("RUNNING");
        }
    }

    @Test
    void whereNobodyJudgesNoStageWaitsForJudgedAnswers() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("v1", "v2");
                RunningControlPlane weir = new RunningControlPlane(List.of(engine))) {
            String bare =
                    "{\"alias\":\"notes\",\"baseline\":\"v1\",\"candidate\":\"v2\",\"reason\":\"to see\",\"overrideGate\":true%s}";
            JsonNode unjudged = json(weir.post("/admin/rollouts", bare.formatted(",\"template\":\"UNJUDGED\"")), 201);
            assertThat(unjudged.path("stages"))
                    .isNotEmpty()
                    .allSatisfy(stage ->
                            assertThat(stage.path("judgedMin").asLong(-1)).isZero());
            JsonNode judged =
                    json(weir.post("/admin/rollouts", bare.formatted("").replace("notes", "letters")), 201);
            assertThat(judged.path("stages").path(0).path("judgedMin").asLong()).isEqualTo(500);
            JsonNode templates = json(weir.get("/admin/rollouts/templates"), 200);
            assertThat(templates).anySatisfy(template -> {
                assertThat(template.path("template").asString()).isEqualTo("UNJUDGED");
                assertThat(template.path("stages").path(0).path("judgedMin").asLong(-1))
                        .isZero();
            });
        }
    }

    private static String onlyId(RunningControlPlane weir) throws Exception {
        return json(weir.get("/admin/rollouts"), 200).path(0).path("id").asString();
    }

    private static String refused(RunningControlPlane weir, String plan) throws Exception {
        HttpResponse<String> answer = weir.post("/admin/rollouts", plan);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        return answer.body();
    }

    private static String command(RunningControlPlane weir, String verb, int status) throws Exception {
        HttpResponse<String> answer = weir.post("/admin/rollouts/r1/" + verb, "{\"reason\": \"because I say so\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return answer.body();
    }

    private static JsonNode json(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JsonMapper.shared().readTree(answer.body());
    }
}
