package dev.weir.control.embedding;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Vectors that an engine makes at {@code /v1/embeddings}. Whoever asks waits for it, so ask where waiting is allowed.
 *
 * <p>Thread-safety: stateless but for its connections.
 */
public final class EngineEncoder implements SentenceEncoder {
    private static final int STATUS_OK = 200;
    private static final int DIMENSIONS_MAX = 1 << 16;

    private final HttpClient http;
    private final URI url;
    private final String model;
    private final Duration answerMax;

    /**
     * An encoder that is a model of an engine.
     *
     * @param url of the engine, to which {@code /v1/embeddings} is added
     * @param answerMax how long it may take
     */
    public EngineEncoder(URI url, String model, Duration answerMax) {
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(answerMax)
                .build();
        this.url = url.resolve("/v1/embeddings");
        this.model = model;
        this.answerMax = answerMax;
    }

    /** Its name is all that is known of the model; whichever engine has it gives the same vectors. */
    @Override
    public String fingerprint() {
        return "engine " + model;
    }

    @Override
    public boolean waits() {
        return true;
    }

    /**
     * The vector of a text, brought to length 1.
     *
     * @throws UncheckedIOException where there is none to be had
     */
    @Override
    public float[] encode(String text) {
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(answerMax)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        JsonMapper.shared().writeValueAsString(Map.of("model", model, "input", text))))
                .build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != STATUS_OK) {
                throw failure("it answered " + answer.statusCode());
            }
            JsonNode vector = JsonMapper.shared()
                    .readTree(answer.body())
                    .path("data")
                    .path(0)
                    .path("embedding");
            return unit(vector);
        } catch (IOException failure) {
            throw failure(String.valueOf(failure.getMessage()));
        } catch (JacksonException _) {
            throw failure("it answered what is not JSON");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw failure("nobody waits any longer");
        }
    }

    private float[] unit(JsonNode vector) {
        if (vector.isEmpty() || vector.size() > DIMENSIONS_MAX) {
            throw failure("its answer has no vector");
        }
        float[] values = new float[vector.size()];
        for (int d = 0; d < values.length; d++) {
            values[d] = vector.path(d).floatValue();
        }
        return Direction.of(values).orElseThrow(() -> failure("its vector has no length"));
    }

    private UncheckedIOException failure(String why) {
        String message = url + " gives no vector: " + why;
        return new UncheckedIOException(message, new IOException(message));
    }
}
