package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.identity.Registry;
import dev.weir.control.storage.Database;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Live answers on their way to people, over the administration's endpoints. */
class ReviewQueueTest {
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);
    private static final String ANSWER =
            "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"at nine\"}}]}";

    private static JsonNode json(HttpResponse<String> response) {
        return JsonMapper.shared().readTree(response.body());
    }

    @Test
    void aPersonGradesAnAnswerWithoutKnowingWhoseItIs(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("weir.yaml");
        Files.writeString(file, "evaluation: {review: {tenants: [default]}}\n");
        try (ScriptedEngine engine = ScriptedEngine.with("m-secret");
                RunningControlPlane weir =
                        new RunningControlPlane(List.of(engine), "--weir.configuration.file=" + file)) {
            engine.answers(exchange -> exchange.json(200, ANSWER));
            weir.post(
                    "/v1/chat/completions",
                    "{\"model\":\"m-secret\",\"messages\":[{\"role\":\"user\",\"content\":\"when?\"}]}");
            // The week is not over: nothing is asked of anybody, and what is drawn is there.
            await(weir, "select count(*) from review_item where grades_needed = 0", count -> count == 1);
            assertThat(json(weir.get("/admin/reviews")).path("waitingCount").asInt(-1))
                    .isZero();
            weir.part(Database.class)
                    .jdbc()
                    .sql("update review_item set grades_needed = 1")
                    .update();

            String queue = weir.get("/admin/reviews").body();
            JsonNode task = JsonMapper.shared().readTree(queue).path("tasks").path(0);
            assertThat(task.path("answer").asString()).isEqualTo("at nine");
            assertThat(task.path("messages").path(0).path("content").asString()).isEqualTo("when?");
            assertThat(queue).doesNotContain("m-secret");
            String path = "/admin/reviews/" + task.path("id").asString();
            assertThat(weir.post(path, "{\"code\":\"good\"}").body()).contains("as in c4s");
            JsonNode taken = json(weir.post(path, "{\"code\":\"i2s\",\"correction\":\"at ten\"}"));
            assertThat(taken.path("accuracy").asString()).isEqualTo("INCORRECT");
            String correction = taken.path("proposalId").asString();
            assertThat(json(weir.get("/admin/reviews/corrections")).size()).isEqualTo(1);
            HttpResponse<String> own =
                    weir.post("/admin/reviews/corrections/" + correction + "/decision", "{\"approved\":true}");
            assertThat(own.statusCode()).isEqualTo(409);
            JsonNode summary = json(weir.get("/admin/reviews/summary")).path(0);
            assertThat(summary.path("model").asString()).isEqualTo("m-secret");
            assertThat(summary.path("correct").path("share").asDouble(-1)).isZero();
        }
    }

    @Test
    void nobodyDecidesAboutTheirOwnCorrectionWithAnotherKey(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("weir.yaml");
        Files.writeString(file, "evaluation: {review: {tenants: [default]}}\n");
        try (ScriptedEngine engine = ScriptedEngine.with("m");
                RunningControlPlane weir = new RunningControlPlane(
                        List.of(engine),
                        "--weir.identity.insecure-no-auth=false",
                        "--weir.configuration.file=" + file)) {
            Registry registry = weir.part(Registry.class);
            String[] admin = {
                "authorization",
                "Bearer " + registry.bootstrap(false).orElseThrow().text().reveal()
            };
            weir.post("/admin/users", "{\"id\":\"anna\",\"tenant\":\"default\",\"name\":\"Anna\"}", admin);
            weir.part(Database.class).jdbc().sql("""
                    insert into review_item (id, week, model, tenant, call_id, at, conversation, answer, grades_needed)
                    values ('i1', date '2026-11-16', 'm', 'default', 'c1', timestamp '2026-11-17 10:00:00', '[]', 'at nine', 2)""").update();
            String one = keyOfAnna(weir, admin);
            String other = keyOfAnna(weir, admin);
            JsonNode taken = json(weir.post(
                    "/admin/reviews/i1",
                    "{\"code\":\"i2s\",\"correction\":\"at ten\"}",
                    "authorization",
                    "Bearer " + one));
            HttpResponse<String> again =
                    weir.post("/admin/reviews/i1", "{\"code\":\"c5s\"}", "authorization", "Bearer " + other);
            assertThat(again.statusCode()).as(again.body()).isEqualTo(409);
            HttpResponse<String> own = weir.post(
                    "/admin/reviews/corrections/" + taken.path("proposalId").asString() + "/decision",
                    "{\"approved\":true}",
                    "authorization",
                    "Bearer " + other);
            assertThat(own.statusCode()).as(own.body()).isEqualTo(409);
        }
    }

    private static String keyOfAnna(RunningControlPlane weir, String... admin) throws Exception {
        String order =
                "{\"tenant\":\"default\",\"user\":\"anna\",\"name\":\"a key\",\"scopes\":[\"admin:operate\",\"admin:view\"]}";
        return json(weir.post("/admin/keys", order, admin)).path("key").asString();
    }

    private static void await(RunningControlPlane weir, String query, Predicate<Long> enough) {
        Long found = Flux.interval(Duration.ofMillis(20))
                .concatMap(_ -> Mono.fromCallable(() -> weir.part(Database.class)
                        .jdbc()
                        .sql(query)
                        .query(Long.class)
                        .single()))
                .filter(enough)
                .blockFirst(WAIT_MAX);
        assertThat(found).isNotNull();
    }
}
