package dev.weir.models.evaluation;

import dev.weir.models.domain.Message;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks an OpenAI-compatible server, greedily, with the key in {@code WEIR_API_KEY} where there is one. */
public final class HttpAnswerer implements Answerer, AutoCloseable {
    /** The longest reference answer takes about half of this. */
    private static final int ANSWER_TOKENS_MAX = 192;

    private static final Duration ANSWER_TIME_MAX = Duration.ofMinutes(2);
    private static final int ERROR_TEXT_MAX = 300;

    /** The token itself, as far as it is the likeliest, and the one beside it. */
    private static final int RIVALS = 2;

    /** JSON has no infinity. */
    private static final double LOGPROB_LEAST = -9999;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final JsonMapper mapper = JsonMapper.shared();
    private final String baseUrl;
    private final @Nullable String key = System.getenv("WEIR_API_KEY");

    /** @param baseUrl with the version, as OpenAI clients have it: {@code http://127.0.0.1:8080/v1} */
    public HttpAnswerer(String baseUrl) {
        this.baseUrl = baseUrl.endsWith("/") ? baseUrl.substring(0, baseUrl.length() - 1) : baseUrl;
    }

    /** The names of the models the server has now. */
    public List<String> models() throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        for (JsonNode model : send(request("/models").GET().build()).path("data")) {
            names.add(model.path("id").asString());
        }
        return names;
    }

    @Override
    public String answer(String model, List<Message> messages) throws IOException, InterruptedException {
        return ask(model, messages, Map.of())
                .path("choices")
                .path(0)
                .path("message")
                .path("content")
                .asString();
    }

    /**
     * An answer, and how sure the model was of it.
     *
     * @param tokens one after the other
     */
    public record Scored(String text, List<Outcomes.Token> tokens, int inputTokens, int outputTokens) {
        public Scored {
            tokens = List.copyOf(tokens);
        }
    }

    /** The answer with its log-probability and what it took. */
    public Scored scored(String model, List<Message> messages) throws IOException, InterruptedException {
        JsonNode answer = ask(model, messages, Map.of("logprobs", true, "top_logprobs", RIVALS));
        JsonNode choice = answer.path("choices").path(0);
        List<Outcomes.Token> tokens = choice.path("logprobs")
                .path("content")
                .valueStream()
                .map(HttpAnswerer::token)
                .toList();
        return new Scored(
                choice.path("message").path("content").asString(),
                tokens,
                answer.path("usage").path("prompt_tokens").asInt(),
                answer.path("usage").path("completion_tokens").asInt());
    }

    private static Outcomes.Token token(JsonNode token) {
        String text = token.path("token").asString("");
        double rival = token.path("top_logprobs")
                .valueStream()
                .filter(other -> !other.path("token").asString("").equals(text))
                .mapToDouble(other -> other.path("logprob").asDouble())
                .max()
                .orElse(Double.NEGATIVE_INFINITY);
        return new Outcomes.Token(text, token.path("logprob").asDouble(), Math.max(rival, LOGPROB_LEAST));
    }

    private JsonNode ask(String model, List<Message> messages, Map<String, Object> more)
            throws IOException, InterruptedException {
        Map<String, Object> body = new HashMap<>(more);
        body.putAll(Map.of("model", model, "messages", messages, "temperature", 0, "max_tokens", ANSWER_TOKENS_MAX));
        HttpRequest request = request("/chat/completions")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(mapper.writeValueAsString(body)))
                .build();
        return send(request);
    }

    @Override
    public void close() {
        http.close();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(baseUrl + path)).timeout(ANSWER_TIME_MAX);
        if (key != null) {
            request.header("authorization", "Bearer " + key);
        }
        return request;
    }

    private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            String text = response.body();
            throw new IOException("%s answered %d: %s"
                    .formatted(
                            request.uri(),
                            response.statusCode(),
                            text.substring(0, Math.min(ERROR_TEXT_MAX, text.length()))));
        }
        try {
            return mapper.readTree(response.body());
        } catch (JacksonException e) {
            throw new IOException(request.uri() + " answered what is not JSON: " + e.getOriginalMessage(), e);
        }
    }
}
