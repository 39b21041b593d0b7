package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Engines are killed, as by {@code kill -9}, under fifty streams, and every client sees its answer whole, once, and word for word what it
 * is when nobody dies. {@code -Dweir.kills=20} kills as often.
 */
class EngineDeathIT {
    private static final String MODEL = "weir-demo-mid";
    private static final int STREAMS = 50;
    private static final int KILLS = Integer.getInteger("weir.kills", 1);
    private static final int TOKENS = 100;
    private static final Duration WAIT_MAX = Duration.ofSeconds(90);

    /** What a client saw of a stream. */
    private record Seen(String text, String finish, int roles, boolean done, long names) {}

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES) // of many kills
    void noAnswerIsLostCutOrToldTwiceWhenEnginesAreKilled() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        try (EngineProcess first = new EngineProcess(MODEL);
                EngineProcess second = new EngineProcess(MODEL);
                RunningControlPlane weir = new RunningControlPlane(
                        List.of(),
                        "--weir.engines[0]=" + first.url(),
                        "--weir.engines[1]=" + second.url(),
                        "--weir.upstream.resume-wait-max=60s");
                HttpClient http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
            weir.awaitReadyCount(2);
            List<Seen> expected = ask(http, weir, new CountDownLatch(STREAMS)).stream()
                    .map(CompletableFuture::join)
                    .toList();
            assertThat(expected).allMatch(seen -> seen.done() && seen.roles() == 1 && seen.names() == 1);
            for (int kill = 0; kill < KILLS; kill++) {
                EngineProcess victim = kill % 2 == 0 ? first : second;
                CountDownLatch begun = new CountDownLatch(STREAMS);
                List<CompletableFuture<Seen>> streams = ask(http, weir, begun);
                assertThat(begun.await(WAIT_MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
                long over = streams.stream().filter(CompletableFuture::isDone).count();
                victim.kill();
                List<Seen> seen = streams.stream().map(CompletableFuture::join).toList();
                System.out.printf("kill %d: %d of %d streams were still running%n", kill + 1, STREAMS - over, STREAMS);
                assertThat(seen).as("after kill %s", kill + 1).isEqualTo(expected);
                victim.restart();
                weir.awaitReadyCount(2);
            }
            assertThat(weir.underWayCount()).isZero();
        }
    }

    private static List<CompletableFuture<Seen>> ask(HttpClient http, RunningControlPlane weir, CountDownLatch begun) {
        List<CompletableFuture<Seen>> streams = new ArrayList<>();
        for (int seed = 0; seed < STREAMS; seed++) {
            String body = ("{\"model\":\"%s\",\"stream\":true,\"temperature\":0.9,\"seed\":%d,\"ignore_eos\":true,"
                            + "\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"Hello, who are you?\"}]}")
                    .formatted(MODEL, seed, TOKENS);
            CompletableFuture<Seen> stream = new CompletableFuture<>();
            streams.add(stream);
            Thread.ofVirtual().start(() -> {
                try {
                    stream.complete(read(http, weir, body, begun));
                } catch (IOException | InterruptedException | RuntimeException failure) {
                    stream.completeExceptionally(new CompletionException(failure));
                }
            });
        }
        return streams;
    }

    private static Seen read(HttpClient http, RunningControlPlane weir, String body, CountDownLatch begun)
            throws IOException, InterruptedException {
        HttpResponse<Stream<String>> answer = http.send(
                HttpRequest.newBuilder(weir.uri("/v1/chat/completions"))
                        .timeout(WAIT_MAX)
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofLines());
        StringBuilder text = new StringBuilder();
        StringBuilder finish = new StringBuilder();
        List<String> names = new ArrayList<>();
        int[] roles = new int[1];
        boolean[] done = new boolean[1];
        try (Stream<String> lines = answer.body()) {
            lines.filter(line -> !line.isEmpty() && !line.startsWith(":")).forEach(line -> {
                assertThat(line).startsWith("data: ");
                if (line.equals("data: [DONE]")) {
                    done[0] = true;
                    return;
                }
                JsonNode chunk = JsonMapper.shared().readTree(line.substring("data: ".length()));
                names.add(chunk.path("id").asString("an error: " + chunk));
                JsonNode choice = chunk.path("choices").path(0);
                text.append(choice.path("delta").path("content").asString(""));
                finish.append(choice.path("finish_reason").asString(""));
                if (choice.path("delta").has("role")) {
                    roles[0]++;
                    begun.countDown();
                }
            });
        }
        return new Seen(
                text.toString(),
                finish.toString(),
                roles[0],
                done[0],
                names.stream().distinct().count());
    }
}
