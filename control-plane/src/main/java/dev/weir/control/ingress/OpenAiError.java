package dev.weir.control.ingress;

import dev.weir.control.routing.RoutingPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is wrong, as OpenAI's clients expect to be told.
 *
 * @param param the field at fault, if one is
 * @param retryAfter when it may be worth trying again, if it may
 */
record OpenAiError(
        int status,
        String type,
        String message,
        @Nullable String param,
        @Nullable String code,
        @Nullable Duration retryAfter) {
    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String SERVER_ERROR = "server_error";
    private static final Set<String> UNREAD = Set.of("request_too_large", "request_timeout", "invalid_http");
    private static final Duration SOON = Duration.ofSeconds(1);

    static OpenAiError badField(String field, String reason) {
        return new OpenAiError(400, INVALID_REQUEST, field + " " + reason, field, null, null);
    }

    static OpenAiError invalidJson(String message) {
        return refused(400, message, "invalid_json");
    }

    static OpenAiError bodyTooLarge(String bytes, IngressConfig config) {
        String message = "the request body has " + bytes + " bytes, the limit is "
                + config.requestSizeMax().toBytes();
        return refused(413, message, "request_too_large");
    }

    static OpenAiError requestTooSlow(Duration max) {
        return refused(408, "the request was not complete after " + max.toSeconds() + " s", "request_timeout");
    }

    static OpenAiError missingModel(List<String> known) {
        return badField("model", "is missing; this server has " + String.join(", ", known));
    }

    static OpenAiError unknownModel(String model, List<String> known) {
        String message = "the model `" + model + "` does not exist"
                + RoutingPolicy.lacking(model).map(" "::concat).orElse("") + "; this server has "
                + (known.isEmpty() ? "none" : String.join(", ", known));
        return new OpenAiError(404, INVALID_REQUEST, message, "model", "model_not_found", null);
    }

    static OpenAiError noModel() {
        return new OpenAiError(404, INVALID_REQUEST, "no model is loaded", "model", "model_not_found", null);
    }

    static OpenAiError noEngineReady(String reason) {
        return new OpenAiError(
                503,
                SERVER_ERROR,
                "No engine is ready for this request: " + reason + ".",
                null,
                "engine_not_ready",
                SOON);
    }

    static OpenAiError tooBusy(int requestsUnderWayMax) {
        String message =
                requestsUnderWayMax + " requests are under way, the limit of weir.ingress.requests-under-way-max.";
        return new OpenAiError(503, SERVER_ERROR, message, null, "too_many_requests_under_way", SOON);
    }

    static OpenAiError idempotencyKeyInUse() {
        return new OpenAiError(
                409,
                INVALID_REQUEST,
                "a request with this idempotency-key is being answered",
                null,
                "idempotency_key_in_use",
                SOON);
    }

    static OpenAiError limitReached(String reason) {
        return new OpenAiError(429, "rate_limit_error", reason, null, "rate_limit_exceeded", null);
    }

    static OpenAiError budgetSpent(String reason) {
        return new OpenAiError(429, "insufficient_quota", reason, null, "insufficient_quota", null);
    }

    static OpenAiError engineUnavailable(String reason) {
        return new OpenAiError(
                503, SERVER_ERROR, "The engine cannot be used now: " + reason + ".", null, "engine_unavailable", SOON);
    }

    /** Nothing was told of an answer of the model, and nobody else can be asked now: the same request may be answered soon. */
    static OpenAiError unanswered(String model, String why, String code) {
        String message = "The model `" + model + "` cannot answer now: " + why + ". Send the request again in "
                + SOON.toSeconds() + " s.";
        return new OpenAiError(503, SERVER_ERROR, message, null, code, SOON);
    }

    static OpenAiError engineBroke(String reason) {
        return new OpenAiError(502, SERVER_ERROR, "The engine failed: " + reason + ".", null, "engine_failed", null);
    }

    static OpenAiError engineTimeout(String reason) {
        return new OpenAiError(
                504, SERVER_ERROR, "The engine took too long: " + reason + ".", null, "engine_timeout", null);
    }

    /** What is refused before anybody looks at what is asked for. */
    static OpenAiError refused(int status, String message, String code) {
        return new OpenAiError(status, INVALID_REQUEST, message, null, code, null);
    }

    static OpenAiError http(int status, String message, @Nullable String code) {
        return new OpenAiError(status, status < 500 ? INVALID_REQUEST : SERVER_ERROR, message, null, code, null);
    }

    /** Whether part of the request is still on its way and nobody will read it, so that the connection is of no more use. */
    boolean leavesRequestUnread() {
        return code != null && UNREAD.contains(code);
    }

    /** The envelope, as a body of its own. */
    byte[] json() {
        ObjectNode envelope = JsonMapper.shared().createObjectNode();
        envelope.putObject("error")
                .put("message", message)
                .put("type", type)
                .put("param", param)
                .put("code", code);
        return JsonMapper.shared().writeValueAsBytes(envelope);
    }
}
