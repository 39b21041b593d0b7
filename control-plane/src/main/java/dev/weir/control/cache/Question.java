package dev.weir.control.cache;

import dev.weir.control.cache.Likeness.Asked;
import dev.weir.control.cache.Likeness.Unsafe;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Endpoint;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
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

    /** A longer text is a document with a question in it, and a vector shows the document. */
    private static final int TEXT_CHARS_MAX = 2000;

    /** Words of questions whose answer is another one tomorrow. */
    private static final Pattern TIMELY = Pattern.compile(
            "\\b(?:today|tonight|now|currently|current|latest|newest|recent|recently|tomorrow|yesterday|this (?:week|month|year|morning|"
                    + "afternoon|evening|weekend)|right now|at the moment|just happened|what time is it|the date|the weather|news|"
                    + "so far|ago|stock price|exchange rate)\\b",
            Pattern.CASE_INSENSITIVE);

    private final CompletionRequest request;
    private final String takenOut;
    private final JsonNode body;

    private Question(CompletionRequest request, String takenOut, JsonNode body) {
        this.request = request;
        this.takenOut = takenOut;
        this.body = body;
    }

    /**
     * The question of a request, if it is one whose answer could be known.
     *
     * @param takenOut by which its answers differ from what a model says; empty where they do not
     */
    static Optional<Question> of(CompletionRequest request, String takenOut) {
        boolean computed = request.endpoint().isGeneration() || request.endpoint() == Endpoint.EMBEDDINGS;
        return computed ? body(request).map(body -> new Question(request, takenOut, body)) : Optional.empty();
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
        CanonicalDigest digest = new CanonicalDigest()
                .add(tenant)
                .add(request.endpoint().path())
                .add(request.model())
                .add(request.stream() ? request.usageAsked() ? "stream with usage" : "stream" : "whole")
                .add(body);
        if (!takenOut.isEmpty()) {
            digest.add(takenOut);
        }
        return new CacheKey(tenant, digest.finish());
    }

    /** Whether the answer is the same every time, for what the rule takes to be the same. */
    boolean isSettled(double temperatureMax) {
        return request.endpoint() == Endpoint.EMBEDDINGS
                || temperature().orElse(TEMPERATURE_UNSAID) <= temperatureMax
                || body.path("seed").isIntegralNumber();
    }

    /** What another question has to share with this one for its answer to do. */
    Likeness likeness(CacheRules.Semantic rule) {
        if (request.endpoint() != Endpoint.CHAT_COMPLETIONS) {
            return new Unsafe("only chats are compared by meaning");
        }
        if (body.has("tools") || body.has("functions") || body.path("n").asInt(1) != 1) {
            return new Unsafe("it may call tools, or wants several answers");
        }
        if (temperature().orElse(TEMPERATURE_UNSAID) > rule.temperatureMax()) {
            return new Unsafe("its temperature is high");
        }
        JsonNode messages = body.path("messages");
        long said = messages.valueStream().filter(message -> !isSystem(message)).count();
        JsonNode last = messages.path(messages.size() - 1);
        if (said > rule.messagesMax()) {
            return new Unsafe("the conversation is long");
        }
        if (!last.path("role").asString("").equals("user")
                || !last.path("content").isString()) {
            return new Unsafe("its last message is not a user's text");
        }
        String text = last.path("content").stringValue();
        if (text.isBlank() || text.length() > TEXT_CHARS_MAX) {
            return new Unsafe("its last message is empty or long");
        }
        return TIMELY.matcher(text).find()
                ? new Unsafe("what it asks changes with time")
                : new Asked(partition((ObjectNode) last), text);
    }

    /** All but the text of the last message. */
    private String partition(ObjectNode last) {
        JsonNode text = last.remove("content");
        try {
            return key().digest();
        } finally {
            last.set("content", text);
        }
    }

    private static boolean isSystem(JsonNode message) {
        String role = message.path("role").asString("");
        return role.equals("system") || role.equals("developer");
    }

    private OptionalDouble temperature() {
        JsonNode temperature = body.path("temperature");
        return temperature.isNumber() ? OptionalDouble.of(temperature.doubleValue()) : OptionalDouble.empty();
    }
}
