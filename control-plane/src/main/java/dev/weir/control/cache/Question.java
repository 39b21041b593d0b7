package dev.weir.control.cache;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Endpoint;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request as the cache sees it: its body as a tree, without what cannot change an answer.
 *
 * <p>Fields are named that are left out, not those that count: one that nobody here has heard of makes another answer.
 */
final class Question {
    /** What is only about who asks, what it may cost and when it is due, and what the key has in another place. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "model",
            "stream",
            "user",
            "metadata",
            "store",
            "priority",
            "prompt_cache_key",
            "prompt_cache_retention",
            "safety_identifier",
            "max_cost_per_token",
            "max_latency_ms");

    private static final double TEMPERATURE_UNSAID = 1;

    private final CompletionRequest request;
    private final JsonNode body;

    private Question(CompletionRequest request, JsonNode body) {
        this.request = request;
        this.body = body;
    }

    /** The question of a request, if it is one whose answer could be known. */
    static Optional<Question> of(CompletionRequest request) {
        boolean computed = request.endpoint().isGeneration() || request.endpoint() == Endpoint.EMBEDDINGS;
        return computed ? body(request).map(body -> new Question(request, body)) : Optional.empty();
    }

    private static Optional<JsonNode> body(CompletionRequest request) {
        ByteBuffer view = request.body().bytes();
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        try {
            JsonNode read = JsonMapper.shared().readTree(bytes);
            return read instanceof ObjectNode object ? Optional.of(withoutIdle(object)) : Optional.empty();
        } catch (JacksonException _) {
            return Optional.empty(); // an engine will say what is wrong with it
        }
    }

    private static ObjectNode withoutIdle(ObjectNode body) {
        body.remove(WITHOUT_EFFECT);
        // To say nothing and to say null is the same to an engine.
        body.removeIf(JsonNode::isNull);
        if (body.get("stream_options") instanceof ObjectNode options) {
            options.remove("include_usage"); // engines are always asked; the key has what the caller asked
            if (options.isEmpty()) {
                body.remove("stream_options");
            }
        }
        return body;
    }

    /** Under which an answer to exactly this, in exactly this form, is known. */
    CacheKey key() {
        String tenant = request.share().tenant();
        String digest = new CanonicalDigest()
                .add(tenant)
                .add(request.endpoint().path())
                .add(request.model())
                .add(request.stream() ? request.usageAsked() ? "stream with usage" : "stream" : "whole")
                .add(body)
                .finish();
        return new CacheKey(tenant, digest);
    }

    /** Whether the answer is the same every time, for what the rule takes to be the same. */
    boolean isSettled(double temperatureMax) {
        return request.endpoint() == Endpoint.EMBEDDINGS
                || temperature().orElse(TEMPERATURE_UNSAID) <= temperatureMax
                || body.path("seed").isIntegralNumber();
    }

    private OptionalDouble temperature() {
        JsonNode temperature = body.path("temperature");
        return temperature.isNumber() ? OptionalDouble.of(temperature.doubleValue()) : OptionalDouble.empty();
    }
}
