package dev.weir.engine.http;

import org.jspecify.annotations.Nullable;

/**
 * A refusal or failure in OpenAI's envelope.
 *
 * @param status the HTTP status
 * @param type OpenAI's family of errors
 * @param message one sentence that names the thing and the remedy
 * @param param the field of the request that is to blame
 * @param code what a program may switch on
 * @param retryAfterSeconds when a retry may help; 0: the client is told nothing
 */
record ApiError(
        int status,
        String type,
        String message,
        @Nullable String param,
        @Nullable String code,
        int retryAfterSeconds) {

    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String SERVER_ERROR = "server_error";
    private static final int RETRY_AFTER_SECONDS = 1;

    static ApiError badRequest(String message) {
        return new ApiError(400, INVALID_REQUEST, message, null, null, 0);
    }

    static ApiError badField(String param, String message) {
        return new ApiError(400, INVALID_REQUEST, message, param, null, 0);
    }

    static ApiError notSupported(String param, String message) {
        return new ApiError(400, INVALID_REQUEST, message, param, "unsupported_parameter", 0);
    }

    static ApiError contextLengthExceeded(String param, String message) {
        return new ApiError(400, INVALID_REQUEST, message, param, "context_length_exceeded", 0);
    }

    /** The caller may not ask for this, however the request is put. */
    static ApiError forbidden(String message) {
        return new ApiError(403, "permission_error", message, null, "admin_required", 0);
    }

    static ApiError modelNotFound(String message) {
        return new ApiError(404, INVALID_REQUEST, message, "model", "model_not_found", 0);
    }

    static ApiError unknownPath(String path) {
        return new ApiError(404, INVALID_REQUEST, "there is nothing at " + path, null, "unknown_url", 0);
    }

    static ApiError wrongMethod(String method, String path, String allowed) {
        String message = path + " does not answer " + method + ", only " + allowed;
        return new ApiError(405, INVALID_REQUEST, message, null, "method_not_allowed", 0);
    }

    /** For what the protocol itself refuses: 408, 413, 414, 415, 417, 431, 501. */
    static ApiError protocol(int status, String message) {
        return new ApiError(status, INVALID_REQUEST, message, null, null, 0);
    }

    /** Too much at once: the same request may pass in a moment, here or elsewhere. */
    static ApiError overloaded(String message) {
        return new ApiError(429, "rate_limit_error", message, null, "engine_overloaded", RETRY_AFTER_SECONDS);
    }

    static ApiError unavailable(String code, String message) {
        return new ApiError(503, SERVER_ERROR, message, null, code, RETRY_AFTER_SECONDS);
    }

    static ApiError internal(String message) {
        return new ApiError(500, SERVER_ERROR, message, null, "internal_error", 0);
    }
}
