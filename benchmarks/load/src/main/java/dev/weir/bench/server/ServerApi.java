package dev.weir.bench.server;

import dev.weir.bench.workload.TokenCounter;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a run asks of a server beside completions. */
public final class ServerApi implements AutoCloseable {
    private static final Duration ANSWER_TIME_MAX = Duration.ofSeconds(30);

    private final HttpClient http = Connections.open(Duration.ofSeconds(5));
    private final JsonMapper json = JsonMapper.shared();
    private final Target target;

    public ServerApi(Target target) {
        this.target = target;
    }

    /** The name to ask for: the given one where it is served, or the only one. */
    public String model(String wanted) {
        List<String> served = models();
        if (wanted.isEmpty() && served.size() == 1) {
            return served.getFirst();
        }
        if (wanted.isEmpty()) {
            throw new UnreachableException("%s serves %s: say which with --model".formatted(target, served));
        }
        if (!served.isEmpty() && !served.contains(wanted)) {
            throw new UnreachableException("%s does not serve '%s', but %s".formatted(target, wanted, served));
        }
        return wanted;
    }

    private List<String> models() {
        HttpResponse<byte[]> response;
        try {
            response = send(request("/v1/models").GET().build());
        } catch (IOException e) {
            throw new UnreachableException(
                    "nothing answers at %s (%s): is the server running, and is --url right?".formatted(target, e));
        }
        if (response.statusCode() != 200) {
            throw new UnreachableException("%s answers %d to /v1/models: %s"
                    .formatted(target, response.statusCode(), ErrorText.of(json, response.body())));
        }
        List<String> names = new ArrayList<>();
        try {
            json.readTree(response.body())
                    .path("data")
                    .forEach(model -> names.add(model.path("id").asString("")));
        } catch (JacksonException e) {
            throw new UnreachableException("%s is no OpenAI-compatible server: its /v1/models is not JSON (%s)"
                    .formatted(target, e.getOriginalMessage()));
        }
        return names;
    }

    /** The server's own tokenizer, where it answers to vLLM's or llama.cpp's {@code /tokenize}; else an approximation that says so. */
    public TokenCounter tokenCounter(String model) {
        TokenCounter exact = new TokenCounter() {
            @Override
            public int count(String text) {
                return tokenized(model, text);
            }

            @Override
            public String method() {
                return "exact, by the server's /tokenize";
            }
        };
        try {
            exact.count("one two three");
            return exact;
        } catch (UnreachableException _) {
            return TokenCounter.approximate();
        }
    }

    private int tokenized(String model, String text) {
        // vLLM and Weir read prompt, llama.cpp reads content; each ignores the other's field.
        Map<String, Object> body = Map.of("model", model, "prompt", text, "content", text, "add_special_tokens", false);
        try {
            HttpResponse<byte[]> response = send(request("/tokenize")
                    .header("content-type", "application/json")
                    .POST(BodyPublishers.ofByteArray(json.writeValueAsBytes(body)))
                    .build());
            JsonNode tokens = response.statusCode() == 200
                    ? json.readTree(response.body()).path("tokens")
                    : json.missingNode();
            if (tokens.isArray()) {
                return tokens.size();
            }
            throw new UnreachableException("%s answers %d to /tokenize".formatted(target, response.statusCode()));
        } catch (IOException | JacksonException e) {
            throw new UnreachableException("%s does not tokenize: %s".formatted(target, e));
        }
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(target.path(path)).timeout(ANSWER_TIME_MAX);
        target.apiKey().ifPresent(key -> request.header("authorization", "Bearer " + key));
        return request;
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        try {
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted while asking " + target);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
