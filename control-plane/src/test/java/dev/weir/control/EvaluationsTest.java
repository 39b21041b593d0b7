package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.evaluation.archive.RunArchive;
import dev.weir.control.evaluation.archive.RunStatus.State;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Golden sets and runs over the administration's endpoints, with engines that know some of the answers. */
class EvaluationsTest {
    private static final Duration RUN_MAX = Duration.ofMinutes(1);

    private static final String CASES = """
            {"id":"a","input":"one?","expected":"1","kind":"count"}
            {"id":"b","input":"two?","expected":"2","kind":"count"}
            {"id":"c","input":"three?","expected":"3","kind":"count"}
            """;

    private static ScriptedEngine answering(String model, String one, String two, String three) throws Exception {
        ScriptedEngine engine = ScriptedEngine.with(model);
        engine.answers(exchange -> {
            String body = exchange.request().body();
            String answer = body.contains("one?") ? one : body.contains("two?") ? two : three;
            exchange.json(
                    200,
                    "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"" + answer
                            + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}");
        });
        return engine;
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JsonMapper.shared().readTree(response.body());
    }

    private static String run(RunningControlPlane weir, String model) throws Exception {
        HttpResponse<String> started =
                weir.post("/admin/evaluations", "{\"goldenSet\":\"counting\",\"model\":\"" + model + "\"}");
        assertThat(started.statusCode()).as(started.body()).isEqualTo(202);
        String id = json(started).path("id").asString("");
        RunArchive runs = weir.part(RunArchive.class);
        await().atMost(RUN_MAX).until(() -> runs.status(id).state() != State.RUNNING);
        return id;
    }

    @Test
    void aRunThatIsWorseDoesNotPassTheGateAndIsToldCaseByCase() throws Exception {
        try (ScriptedEngine old = answering("old", "1", "2", "4");
                ScriptedEngine young = answering("young", "1", "5", "4");
                RunningControlPlane weir = new RunningControlPlane(List.of(old, young))) {
            HttpResponse<String> imported =
                    weir.post("/admin/golden-sets/counting", CASES, "content-type", "text/plain");
            assertThat(imported.statusCode()).as(imported.body()).isEqualTo(201);
            String baseline = run(weir, "old");
            String candidate = run(weir, "young");

            JsonNode verdict = json(weir.post(
                    "/admin/evaluations/gate",
                    "{\"candidateRun\":\"%s\",\"baselineRun\":\"%s\"}".formatted(candidate, baseline)));
            assertThat(verdict.path("passed").asBoolean(true)).isFalse();
            JsonNode first = verdict.path("report").path("cases").path(0);
            assertThat(first.path("id").asString("")).isEqualTo("b");
            assertThat(first.path("change").asString("")).isEqualTo("REGRESSED");
            assertThat(first.path("baselineAnswer").asString("")).isEqualTo("2");
            assertThat(verdict.path("report").path("total").path("passedCount").asInt())
                    .isEqualTo(1);

            HttpResponse<String> page = weir.post(
                    "/admin/evaluations/gate/report",
                    "{\"candidateRun\":\"%s\",\"baselineRun\":\"%s\"}".formatted(candidate, baseline));
            assertThat(page.body()).contains("not passed").contains("regressed (1)");
            assertThat(json(weir.get("/admin/evaluations?model=young")).size()).isEqualTo(1);

            weir.post("/admin/evaluations/" + candidate + "/cancel", "", "weir-reason", "it%20is%20worse");
            assertThat(weir.get("/admin/audit").body()).contains("evaluation.cancel", candidate, "it is worse");
        }
    }

    @Test
    void aVersionOfASetIsFoundByNumberAndHashAndNeverChanges() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("m");
                RunningControlPlane weir = new RunningControlPlane(List.of(engine))) {
            JsonNode first =
                    json(weir.post("/admin/golden-sets/counting", CASES)).path("version");
            String changed = CASES.replace("\"expected\":\"3\"", "\"expected\":\"three\"");
            JsonNode second = json(weir.post("/admin/golden-sets/counting?note=words", changed))
                    .path("version");
            JsonNode again =
                    json(weir.post("/admin/golden-sets/counting", CASES)).path("version");

            assertThat(second.path("number").asInt()).isEqualTo(2);
            assertThat(again).isEqualTo(first);
            JsonNode difference = json(weir.get("/admin/golden-sets/counting/difference?from=1&to=2"));
            assertThat(difference.path("changed").toString()).isEqualTo("[\"c\"]");
            String hash = first.path("hash").asString("").substring(0, 10);
            JsonNode page = json(weir.get("/admin/golden-sets/counting/versions/" + hash + "?limit=2"));
            assertThat(page.path("cases").size()).isEqualTo(2);
            assertThat(page.path("slices").path("kind=count").asInt()).isEqualTo(3);
            assertThat(weir.get("/admin/golden-sets/counting/versions/9").statusCode())
                    .isEqualTo(404);
            String exported =
                    weir.get("/admin/golden-sets/counting/versions/1/export").body();
            assertThat(json(weir.post("/admin/golden-sets/copy", exported))
                            .path("version")
                            .path("hash"))
                    .isEqualTo(first.path("hash"));
        }
    }

    @Test
    void aRolloutIsNotClearedWithoutJudgedRunsUnlessAnAdministratorAnswersForIt() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("m");
                RunningControlPlane weir = new RunningControlPlane(List.of(engine))) {
            String path = "/admin/evaluations/clearance?baseline=old&candidate=young";
            assertThat(json(weir.get(path)).path("kind").asString("")).isEqualTo("refused");
            assertThat(weir.put(path, "{\"reason\":\" \"}").statusCode()).isEqualTo(400);
            JsonNode given = json(weir.put(path, "{\"reason\":\"a leak of the old one\"}"));
            assertThat(given.path("kind").asString("")).isEqualTo("overridden");
            assertThat(json(weir.delete(path)).path("given").asBoolean(true)).isFalse();
        }
    }
}
