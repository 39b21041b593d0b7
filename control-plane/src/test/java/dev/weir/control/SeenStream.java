package dev.weir.control;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a client saw of a stream that its seed determines. */
record SeenStream(String text, String finish, int roles, boolean done, long names) {
    private static final Duration WAIT_MAX = Duration.ofSeconds(90);
    private static final int TOKENS = 100;

    boolean isWhole() {
        return done && roles == 1 && names == 1;
    }

    /** Asks for the seed's stream; counts down when it has begun. */
    static CompletableFuture<SeenStream> ask(
            HttpClient http, URI to, String key, String model, int seed, CountDownLatch begun) {
        String body = ("{\"model\":\"%s\",\"stream\":true,\"temperature\":0.9,\"seed\":%d,\"ignore_eos\":true,"
                        + "\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"Hello, who are you?\"}]}")
                .formatted(model, seed, TOKENS);
        HttpRequest request = HttpRequest.newBuilder(to)
                .timeout(WAIT_MAX)
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        CompletableFuture<SeenStream> stream = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                stream.complete(read(http.send(request, HttpResponse.BodyHandlers.ofLines()), begun));
            } catch (IOException | InterruptedException | RuntimeException | AssertionError failure) {
                stream.completeExceptionally(new CompletionException(failure));
            }
        });
        return stream;
    }

    private static SeenStream read(HttpResponse<Stream<String>> answer, CountDownLatch begun) {
        StringBuilder text = new StringBuilder();
        StringBuilder finish = new StringBuilder();
        List<String> names = new ArrayList<>();
        int[] roles = new int[1];
        boolean[] done = new boolean[1];
        try (Stream<String> lines = answer.body()) {
            lines.filter(line -> !line.isEmpty() && !line.startsWith(":")).forEach(line -> {
                if (!line.startsWith("data: ")) {
                    throw new AssertionError(line);
                }
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
        return new SeenStream(
                text.toString(),
                finish.toString(),
                roles[0],
                done[0],
                names.stream().distinct().count());
    }
}
