package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.trial.TrialArms;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.StorageConfig;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two replicas, two versions and one alias: what experiments and bandits do to users, and what users say to them. */
abstract class AbstractLiveExperimentTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String GOOD = "{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}";
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);
    private static final int REQUESTS_MAX = 1_000;
    private static final int REQUESTS_AT_ONCE = 50;

    @TempDir
    private Path directory;

    private ScriptedEngine old;
    private ScriptedEngine young;
    private RunningControlPlane one;
    private RunningControlPlane other;

    /** A new database that both replicas share. */
    abstract StorageConfig storage();

    @BeforeEach
    void start() throws Exception {
        old = ScriptedEngine.with("v1");
        young = ScriptedEngine.with("v2");
        old.answers(exchange -> exchange.json(200, GOOD));
        young.answers(exchange -> exchange.json(200, GOOD));
        Path file = Files.writeString(
                directory.resolve("weir.yaml"), "aliases: {notes: {use: v1}}\nfeedback: {comments-of: [default]}\n");
        StorageConfig database = storage();
        one = replica(database, file);
        other = replica(database, file);
    }

    private RunningControlPlane replica(StorageConfig database, Path file) {
        return new RunningControlPlane(
                List.of(old, young),
                "--weir.configuration.file=" + file,
                "--weir.storage.url=" + database.url(),
                "--weir.storage.user=" + (database.user() == null ? "" : database.user()),
                "--weir.rollout.beat=20ms",
                "--weir.rollout.look=50ms");
    }

    @AfterEach
    void stop() throws Exception {
        other.close();
        one.close();
        old.close();
        young.close();
    }

    @Test
    void aUserKeepsItsArmOnEveryReplicaAndWhatUsersSayIsCountedByUser() throws Exception {
        begin("\"primary\": \"THUMBS\"");
        Map<String, String> arms = new HashMap<>();
        Map<String, HttpResponse<String>> answers = new HashMap<>();
        for (int i = 0; i < 24; i++) {
            String user = "user-" + i;
            HttpResponse<String> first = ask(one, user);
            HttpResponse<String> second = ask(other, user);
            String arm = first.headers().firstValue("x-weir-arm").orElseThrow();
            assertThat(second.headers().firstValue("x-weir-arm")).hasValue(arm);
            assertThat(first.headers().firstValue("x-weir-model")).hasValue(arm.equals("e1/b") ? "v2" : "v1");
            arms.put(user, arm);
            answers.put(user, second);
        }
        for (Map.Entry<String, HttpResponse<String>> answer : answers.entrySet()) {
            likes(answer.getValue(), answer.getKey(), "e1/b".equals(arms.get(answer.getKey())) ? "up" : "down");
        }
        assertThat(arms.values()).contains("e1/control", "e1/b");
        HttpResponse<String> nobodys = one.post(CHAT, "{\"model\":\"notes\",\"messages\":[]}");
        assertThat(nobodys.headers().firstValue("x-weir-arm")).isEmpty();
        assertThat(nobodys.headers().firstValue("x-weir-model")).hasValue("v1");

        JsonNode detail = await("all are counted", node -> thumbs(node) == 24);
        JsonNode report = detail.path("report");
        assertThat(report.path("arms").path(0).path("userCount").asLong()
                        + report.path("arms").path(1).path("userCount").asLong())
                .isEqualTo(24);
        assertThat(report.path("goals")
                        .path(0)
                        .path("estimates")
                        .path(0)
                        .path("mean")
                        .asDouble())
                .isZero();
        assertThat(report.path("goals")
                        .path(0)
                        .path("estimates")
                        .path(1)
                        .path("mean")
                        .asDouble())
                .isEqualTo(1);
        assertThat(detail.path("summary").path("sentence").asString()).startsWith("Running: 0 of 14 days");

        HttpResponse<String> stopped = one.post("/admin/experiments/e1/stop", "{\"reason\": \"enough seen\"}");
        assertThat(stopped.statusCode()).as(stopped.body()).isEqualTo(200);
        assertThat(stopped.body()).contains("Stopped by hand: enough seen", "Begun: to see");
        awaitAlias(false);
        assertThat(ask(one, "user-1").headers().firstValue("x-weir-arm")).isEmpty();
        assertThat(one.post("/admin/experiments/e1/stop", "{\"reason\": \"again\"}")
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void anArmThatFailsItsUsersIsStoppedByItselfAndTheyGetTheControl() throws Exception {
        young.answers(exchange -> exchange.json(500, "{}"));
        begin("\"primary\": \"ERRORS\"");
        int asked = 0;
        while (!end().equals("HARMFUL") && asked < REQUESTS_MAX) {
            for (int i = 0; i < REQUESTS_AT_ONCE; i++) {
                ask(asked++ % 2 == 0 ? one : other, "user-" + asked);
            }
        }
        JsonNode detail =
                await("it ended", node -> !node.path("summary").path("endedAt").isNull());
        assertThat(detail.path("summary").path("sentence").asString())
                .isEqualTo("b is worse than control in errors, by 100.0 points: stopped.");
        awaitAlias(false);
        for (int i = 0; i < 20; i++) {
            assertThat(ask(one, "user-" + i).headers().firstValue("x-weir-model"))
                    .hasValue("v1");
        }
    }

    @Test
    void aBanditMovesToWhatUsersLikeAndLeavesTheOthersTheirFloor() throws Exception {
        begin("\"primary\": \"TASK_COMPLETION\", \"bandit\": {\"floor\": 0.1, \"nurseryCount\": 10}");
        List<HttpResponse<String>> answers = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            answers.add(ask(one, "user-" + i));
        }
        for (HttpResponse<String> answer : answers) {
            String arm = answer.headers().firstValue("x-weir-arm").orElseThrow();
            tell(one, answer, "\"completed\": " + arm.equals("e1/b"), 200);
        }
        JsonNode detail = await(
                "moved",
                node -> node.path("report").path("arms").path(1).path("share").asDouble() > 0.85);
        JsonNode arms = detail.path("report").path("arms");
        assertThat(arms.path(0).path("share").asDouble()).isBetween(0.0999, 0.15);
        assertThat(arms.path(1).path("probabilityOfBest").asDouble()).isGreaterThan(0.95);
        assertThat(detail.path("timeline").toString()).contains("Moved to control 10 %, b 90 %.");
        Flux.interval(Duration.ofMillis(5))
                .filter(_ -> one.part(TrialArms.class).all().stream()
                        .anyMatch(trial -> trial.state().shares().get(1) > 0.85))
                .blockFirst(WAIT_MAX);
        long moved = 0;
        for (int i = 0; i < 60; i++) {
            moved += ask(one, "user-" + i)
                            .headers()
                            .firstValue("x-weir-arm")
                            .orElseThrow()
                            .equals("e1/b")
                    ? 1
                    : 0;
        }
        assertThat(moved).isGreaterThan(45);
    }

    @Test
    void feedbackIsKeptOnceForEachPersonAndRefusedForWhatIsNotTheirs() throws Exception {
        begin("\"primary\": \"THUMBS\"");
        HttpResponse<String> answer = ask(one, "ada");
        likes(answer, "ada", "down");
        likes(answer, "ada", "up");
        String kept = tell(one, answer, "\"user\": \"ada\", \"comment\": \"too long\"", 200);
        assertThat(kept).contains("\"comment_kept\":true");
        Map<String, @Nullable Object> row = one.part(Database.class)
                .jdbc()
                .sql("select thumbs_up, comment_text from feedback where person = 'ada'")
                .query()
                .singleRow();
        assertThat(row).containsEntry("thumbs_up", true).containsEntry("comment_text", "too long");

        HttpResponse<String> unknown = one.post("/v1/feedback", "{\"request_id\": \"nobodys\", \"thumbs\": \"up\"}");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("there is no request 'nobodys' of yours", "request_not_found");
        assertThat(tell(one, answer, "\"thumbs\": \"sideways\"", 400)).contains("must be \\\"up\\\" or");
        assertThat(tell(one, answer, "\"user\": \"ada\"", 400)).contains("must be there");
        assertThat(one.post("/v1/feedback", "{\"thumbs\": \"up\"}").body()).contains("request_id is missing");
    }

    @Test
    void anAliasIsInOneExperimentOrRolloutAtATimeAndThePlanHasToHold() throws Exception {
        assertThat(refused(plan("\"primary\": \"THUMBS\", \"horizonDays\": 6"))).contains("at least 7 days");
        assertThat(refused(plan("\"primary\": \"THUMBS\", \"usersPerArmMin\": 10")))
                .contains("at least 1000");
        assertThat(refused(plan("\"primary\": \"COST\", \"bandit\": {}"))).contains("not COST");
        assertThat(refused(plan("\"primary\": \"THUMBS\"").replace("\"v1\"", "\"v3\"")))
                .contains("means: v1, not v3");
        assertThat(refused(plan("\"primary\": \"THUMBS\"").replace("\"notes\"", "\"other\"")))
                .contains("means no single model yet");
        begin("\"primary\": \"THUMBS\"");
        assertThat(refused(plan("\"primary\": \"THUMBS\"").replace("\"e1\"", "\"e2\"")))
                .contains("notes is in the experiment e1: stop that first");
        String rollout =
                "{\"alias\": \"notes\", \"candidate\": \"v2\", \"reason\": \"to see\", \"overrideGate\": true}";
        HttpResponse<String> answer = one.post("/admin/rollouts", rollout);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("notes is in the experiment e1: stop that first");
        assertThat(one.get("/admin/experiments/nothing").statusCode()).isEqualTo(404);
    }

    private static String plan(String more) {
        return """
                {"id": "e1", "alias": "notes", "reason": "to see",
                 "arms": [{"name": "control", "model": "v1"}, {"name": "b", "model": "v2"}], %s}
                """.formatted(more);
    }

    private void begin(String more) throws Exception {
        HttpResponse<String> begun = one.post("/admin/experiments", plan(more));
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(201);
        awaitAlias(true);
    }

    private void awaitAlias(boolean there) {
        for (RunningControlPlane replica : List.of(one, other)) {
            Flux.interval(Duration.ofMillis(5))
                    .filter(_ -> replica.part(TrialArms.class).aliases().contains("notes") == there)
                    .blockFirst(WAIT_MAX);
        }
    }

    private String refused(String plan) throws Exception {
        HttpResponse<String> answer = one.post("/admin/experiments", plan);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        return answer.body();
    }

    private static HttpResponse<String> ask(RunningControlPlane replica, String user) throws Exception {
        return replica.post(CHAT, "{\"model\":\"notes\",\"user\":\"" + user + "\",\"messages\":[]}");
    }

    private void likes(HttpResponse<String> answer, String user, String thumbs) throws Exception {
        tell(one, answer, "\"user\": \"" + user + "\", \"thumbs\": \"" + thumbs + "\"", 200);
    }

    /** As soon as the ledger has the request. */
    private String tell(RunningControlPlane replica, HttpResponse<String> answer, String what, int status) {
        String requestId = answer.headers().firstValue("x-request-id").orElseThrow();
        HttpResponse<String> told = Flux.interval(Duration.ZERO, Duration.ofMillis(20))
                .concatMap(_ -> Mono.fromCallable(
                        () -> replica.post("/v1/feedback", "{\"request_id\": \"" + requestId + "\", " + what + "}")))
                .filter(response -> response.statusCode() != 404)
                .blockFirst(WAIT_MAX);
        assertThat(told).isNotNull();
        assertThat(told.statusCode()).as(told.body()).isEqualTo(status);
        return told.body();
    }

    private String end() throws Exception {
        return detail().path("summary").path("end").asString();
    }

    private JsonNode detail() throws Exception {
        return JsonMapper.shared().readTree(one.get("/admin/experiments/e1").body());
    }

    private static long thumbs(JsonNode detail) {
        long count = 0;
        for (JsonNode goal : detail.path("report").path("goals")) {
            if (goal.path("goal").asString().equals("THUMBS")) {
                for (JsonNode estimate : goal.path("estimates")) {
                    count += estimate.path("observationCount").asLong();
                }
            }
        }
        return count;
    }

    private JsonNode await(String what, Predicate<JsonNode> enough) {
        JsonNode found = Flux.interval(Duration.ofMillis(20))
                .concatMap(_ -> Mono.fromCallable(this::detail))
                .filter(enough)
                .blockFirst(WAIT_MAX);
        assertThat(found).as(what).isNotNull();
        return found;
    }
}
