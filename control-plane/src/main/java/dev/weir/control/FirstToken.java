package dev.weir.control;

import dev.weir.control.identity.KeyText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks the service that has just started for a few tokens, through its own front door. It proves the whole way to whoever typed the
 * command, and the first real request finds everything warm.
 */
final class FirstToken {
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);
    private static final String EVENT = "data: {";

    private FirstToken() {}

    /**
     * Returns once the first token has come.
     *
     * @throws IOException when none came
     */
    static void await(String address, KeyText key, String model) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/v1/completions"))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key.reveal())
                .timeout(WAIT_MAX)
                .POST(HttpRequest.BodyPublishers.ofString(body(model)))
                .build();
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpResponse<Stream<String>> answer = http.send(request, HttpResponse.BodyHandlers.ofLines());
            try (Stream<String> lines = answer.body()) {
                String first = lines.findFirst().orElse("an empty answer");
                if (answer.statusCode() != 200 || !first.startsWith(EVENT)) {
                    throw new IOException("status " + answer.statusCode() + ": " + first);
                }
            }
        }
    }

    /** A plain completion, which a model without a chat template can answer, too. */
    private static String body(String model) {
        return JsonMapper.shared()
                .createObjectNode()
                .put("model", model)
                .put("prompt", "Hello")
                .put("max_tokens", 4)
                .put("temperature", 0)
                .put("ignore_eos", true)
                .put("stream", true)
                .toString();
    }
}
