package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

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
