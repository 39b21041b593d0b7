package dev.weir.control.upstream;

import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A chat request's fields, as those who translate it ask for them. What nobody asked for must be known to change nothing, or the
 * request does not go: fields are let out by name, so nothing leaves that was not meant to.
 */
final class ChatFields {
    /** They describe a request, or say how it finds its way here; what leaves the house does not carry them. */
    private static final Set<String> OURS = Set.of(
            "model",
            "stream",
            "stream_options",
            "user",
            "metadata",
            "store",
            "prompt_cache_key",
            "safety_identifier",
            "service_tier",
            "priority",
            "first_token_deadline_ms",
            "max_cost_per_token",
            "max_latency_ms",
            "chat_template_kwargs",
            "return_token_ids",
            "include_reasoning");

    /** Values with which a field changes nothing. */
    private static final Map<String, Double> NEUTRAL = Map.of(
            "n", 1.0,
            "presence_penalty", 0.0,
            "frequency_penalty", 0.0,
            "repetition_penalty", 1.0,
            "min_p", 0.0,
            "min_tokens", 0.0,
            "top_k", -1.0,
            "top_logprobs", 0.0);

    private final ObjectNode request;
    private final Set<String> taken = new HashSet<>(OURS);

    ChatFields(ObjectNode request) {
        this.request = request;
    }

    /** The field, which is absent where it is null. */
    JsonNode take(String name) {
        taken.add(name);
        JsonNode value = request.path(name);
        return value.isNull() ? request.path("") : value;
    }

    /** How long an answer may be, as an engine of ours reads it: the newer name counts. Not more than is reserved for it. */
    OptionalLong outputTokensMax() {
        OptionalLong older = count(take("max_tokens"));
        OptionalLong newer = count(take("max_completion_tokens"));
        return newer.isPresent() ? newer : older;
    }

    /** Of what is no count nothing is reserved, so it does not leave either. */
    private static OptionalLong count(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0
                ? OptionalLong.of(value.longValue())
                : OptionalLong.empty();
    }

    /** Copies fields that the provider knows by the same name. */
    void copy(ObjectNode to, String... names) {
        for (String name : names) {
            JsonNode value = take(name);
            if (!value.isMissingNode()) {
                to.set(name, value);
            }
        }
    }

    /** What asks for more than the provider can do. */
    void requireNothingElse() {
        for (Map.Entry<String, JsonNode> field : request.properties()) {
            JsonNode value = field.getValue();
            boolean says = !value.isNull()
                    && !(value.isBoolean() && !value.booleanValue())
                    && !isNeutral(field.getKey(), value);
            if (!taken.contains(field.getKey()) && says) {
                throw new Untranslatable("it asks for " + field.getKey());
            }
        }
    }

    private static boolean isNeutral(String name, JsonNode value) {
        Double neutral = NEUTRAL.get(name);
        return (value.isNumber() && neutral != null && value.doubleValue() == neutral)
                || (value.isContainer() && value.isEmpty());
    }
}
