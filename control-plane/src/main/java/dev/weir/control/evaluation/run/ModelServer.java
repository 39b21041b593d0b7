package dev.weir.control.evaluation.run;

import dev.weir.control.evaluation.grading.Answer;
import dev.weir.control.evaluation.grading.Answer.ToolCall;
import dev.weir.control.evaluation.grading.Similarity;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Servers that speak OpenAI's API, asked over HTTP. Blocking: for virtual threads. */
public final class ModelServer implements AutoCloseable {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final int ERROR_CHARS_MAX = 300;
    private static final int ATTEMPTS_MAX = 6;
    private static final long PAUSE_MILLIS = 500;
    private static final int ANSWER_BYTES_MAX = 8 << 20;

    /** Where a model is to be asked. */
    @FunctionalInterface
    public interface Addresses {
        /**
         * The URL with the version, as OpenAI's clients have it: {@code http://127.0.0.1:8080/v1}.
         *
         * @throws IOException if the model is nowhere to be had
         */
        URI of(String model) throws IOException;
    }

    /** Lets time pass. */
    @FunctionalInterface
    public interface Pause {
        void take(Duration length) throws InterruptedException;
    }

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_MAX)
            .build();
    private final Addresses addresses;
    private final @Nullable String key;
    private final Duration answerMax;
    private final LongSupplier nanos;
    private final Pause pause;

    /**
     * Servers at these addresses.
     *
     * @param key to show them, where they want one
     */
    public ModelServer(Addresses addresses, @Nullable String key, Duration answerMax, LongSupplier nanos, Pause pause) {
        this.addresses = addresses;
        this.key = key;
        this.answerMax = answerMax;
        this.nanos = nanos;
        this.pause = pause;
    }

    /** The address of one server that has everything. */
    public static Addresses at(String baseUrl) {
        URI base = URI.create(baseUrl.endsWith("/") ? baseUrl.substring(0, baseUrl.length() - 1) : baseUrl);
        if (base.getScheme() == null || base.getHost() == null) {
            throw new IllegalArgumentException(
                    "'" + baseUrl + "' is no address: http://127.0.0.1:8080/v1 would be one");
        }
        return _ -> base;
    }

    /** A request of chat completions; {@code body} has everything but the model. */
    public Answer chat(String model, ObjectNode body) throws IOException, InterruptedException {
        ObjectNode request = body.deepCopy();
        request.put("model", model).put("stream", false);
        long beganNanos = nanos.getAsLong();
        JsonNode answer = post(model, "/chat/completions", request);
        long latencyMillis = TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - beganNanos);
        JsonNode choice = answer.path("choices").path(0);
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : choice.path("message").path("tool_calls")) {
            calls.add(new ToolCall(
                    call.path("function").path("name").asString(""),
                    arguments(call.path("function").path("arguments").asString(""))));
        }
        return new Answer(
                choice.path("message").path("content").asString(""),
                calls,
                choice.path("finish_reason").asString(""),
                latencyMillis,
                answer.path("usage").path("prompt_tokens").asLong(0),
                answer.path("usage").path("completion_tokens").asLong(0),
                0);
    }

    /** The whole answer, for who needs more of it than an {@link Answer} has. */
    public JsonNode raw(String model, ObjectNode body) throws IOException, InterruptedException {
        return post(
                model, "/chat/completions", body.deepCopy().put("model", model).put("stream", false));
    }

    /** Which of the models that have or had this name the server lists; empty where it does not say, or lists nothing. */
    public Optional<String> versionOf(String model) throws IOException, InterruptedException {
        JsonNode listed;
        try {
            URI uri = URI.create(addresses.of(model) + "/models");
            listed = patiently(() -> sent(uri, request(uri).GET()));
        } catch (ServerFailure failure) {
            if (failure.isPassing()) {
                throw failure;
            }
            return Optional.empty();
        }
        for (JsonNode one : listed.path("data")) {
            if (one.path("id").asString("").equals(model)) {
                return Optional.of(one.path("version").asString("")).filter(version -> !version.isBlank());
            }
        }
        return Optional.empty();
    }

    /** Similarity by embeddings of this model. */
    public Similarity similarity(String model) {
        return (one, other) -> {
            ObjectNode body = JsonMapper.shared().createObjectNode().put("model", model);
            body.putArray("input").add(one).add(other);
            JsonNode data = post(model, "/embeddings", body).path("data");
            return cosine(data.path(0).path("embedding"), data.path(1).path("embedding"));
        };
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private JsonNode post(String model, String path, ObjectNode body) throws IOException, InterruptedException {
        return patiently(() -> postOnce(URI.create(addresses.of(model) + path), body));
    }

    /** One question to a server. */
    private interface Question {
        JsonNode ask() throws IOException, InterruptedException;
    }

    /** What passes is waited for. */
    private JsonNode patiently(Question question) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return question.ask();
            } catch (ServerFailure failure) {
                if (!failure.isPassing() || attempt == ATTEMPTS_MAX) {
                    throw failure;
                }
                pause.take(Duration.ofMillis(PAUSE_MILLIS << (attempt - 1)));
            }
        }
    }

    private JsonNode postOnce(URI uri, ObjectNode body) throws IOException, InterruptedException {
        return sent(
                uri,
                request(uri)
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(
                                JsonMapper.shared().writeValueAsBytes(body))));
    }

    private HttpRequest.Builder request(URI uri) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(answerMax);
        return key == null ? request : request.header("authorization", "Bearer " + key);
    }

    private JsonNode sent(URI uri, HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response;
        try {
            response = http.send(
                    request.build(),
                    HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
        } catch (HttpTimeoutException _) {
            throw new ServerFailure(uri + " did not answer within " + answerMax, false);
        } catch (IOException unreachable) {
            throw new ServerFailure(uri + " cannot be reached: " + unreachable, true);
        }
        int status = response.statusCode();
        if (status != 200) {
            String text = new String(response.body(), StandardCharsets.UTF_8);
            throw new ServerFailure(
                    "%s answered %d: %s"
                            .formatted(uri, status, text.substring(0, Math.min(ERROR_CHARS_MAX, text.length()))),
                    status == 429 || status == 503);
        }
        try {
            return JsonMapper.shared().readTree(response.body());
        } catch (JacksonException malformed) {
            throw new ServerFailure(uri + " answered what is not JSON: " + malformed.getOriginalMessage(), false);
        }
    }

    /** Arguments that are no JSON are kept as the text they are: they equal nothing that is asked for. */
    private static JsonNode arguments(String text) {
        try {
            return JsonMapper.shared().readTree(text.isBlank() ? "{}" : text);
        } catch (JacksonException _) {
            return JsonMapper.shared().getNodeFactory().stringNode(text);
        }
    }

    static double cosine(JsonNode one, JsonNode other) throws IOException {
        if (one.isEmpty() || one.size() != other.size()) {
            throw new IOException("the embeddings have %d and %d numbers".formatted(one.size(), other.size()));
        }
        double product = 0;
        double oneSquares = 0;
        double otherSquares = 0;
        for (int i = 0; i < one.size(); i++) {
            double a = one.get(i).asDouble();
            double b = other.get(i).asDouble();
            product += a * b;
            oneSquares += a * a;
            otherSquares += b * b;
        }
        return oneSquares == 0 || otherSquares == 0 ? 0 : product / Math.sqrt(oneSquares * otherSquares);
    }
}
