package dev.weir.engine.http;

/** Carries an {@link ApiError} out of decoding to where it is answered. */
final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private final transient ApiError error;

    ApiException(ApiError error) {
        // Thrown for bad input, so as often as a client likes: no stack trace.
        super(error.message(), null, false, false);
        this.error = error;
    }

    ApiError error() {
        return error;
    }
}
