package dev.weir.engine.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A refusal or failure in OpenAI's envelope. Statuses and codes are the control plane's too: docs/wire has an exchange for each that
 * both replay.
 *
 * @param status the HTTP status
 * @param type OpenAI's family of errors
 * @param message one sentence that names the thing and the remedy
 * @param param the field of the request that is to blame
 * @param code what a program may switch on
 * @param headers what the status is to be told with: when a retry may help, which methods are allowed
 */
record ApiError(
        int status,
        String type,
        String message,
        @Nullable String param,
        @Nullable String code,
        Map<String, String> headers) {

    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String SERVER_ERROR = "server_error";
    private static final Map<String, String> RETRY_SOON = Map.of("retry-after", "1");

    ApiError {
        headers = Map.copyOf(headers);
    }

    /** The same about a field that the caller knows by another name. */
    ApiError renamed(String callersParam, String callersMessage) {
        return new ApiError(status, type, callersMessage, callersParam, code, headers);
    }

    static ApiError badField(String param, String message) {
        return new ApiError(400, INVALID_REQUEST, message, param, null, Map.of());
    }

    static ApiError notSupported(String param, String message) {
        return new ApiError(400, INVALID_REQUEST, message, param, "unsupported_parameter", Map.of());
    }

    static ApiError contextLengthExceeded(String param, String message) {
        return new ApiError(400, INVALID_REQUEST, message, param, "context_length_exceeded", Map.of());
    }

    /** The caller may not ask for this, however the request is put. */
    static ApiError forbidden(String message) {
        return new ApiError(403, "permission_error", message, null, "admin_required", Map.of());
    }

    /** Somebody claims to speak for callers, and is not believed. */
    static ApiError untrusted(String message) {
        return new ApiError(403, "permission_error", message, null, "proxy_not_trusted", Map.of());
    }

    static ApiError modelNotFound(String message) {
        return new ApiError(404, INVALID_REQUEST, message, "model", "model_not_found", Map.of());
    }

    static ApiError unknownPath(String path) {
        return refused(404, "unknown_url", "there is nothing at " + path);
    }

    static ApiError wrongMethod(String method, String path, String allowed) {
        String message = path + " does not answer " + method + ", only " + allowed;
        return new ApiError(405, INVALID_REQUEST, message, null, "method_not_allowed", Map.of("allow", allowed));
    }

    /** The body is no JSON object. */
    static ApiError invalidJson(String message) {
        return refused(400, "invalid_json", message);
    }

    /** The request is no HTTP, or its parts contradict each other. */
    static ApiError invalidHttp(String message) {
        return refused(400, "invalid_http", message);
    }

    /** What is refused before anybody looks at what is asked for. */
    static ApiError refused(int status, String code, String message) {
        return new ApiError(status, INVALID_REQUEST, message, null, code, Map.of());
    }

    /** Too much at once: the same request may pass in a moment, here or elsewhere. */
    static ApiError overloaded(String message) {
        return new ApiError(429, "rate_limit_error", message, null, "engine_overloaded", RETRY_SOON);
    }

    static ApiError unavailable(String code, String message) {
        return new ApiError(503, SERVER_ERROR, message, null, code, RETRY_SOON);
    }

    static ApiError internal(String message) {
        return new ApiError(500, SERVER_ERROR, message, null, "internal_error", Map.of());
    }
}
