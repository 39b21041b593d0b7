package dev.weir.control.ingress;

/** Ends a request with an error for the client. Carries no stack trace: it is an answer, not a fault of ours. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient OpenAiError error;

    Refusal(OpenAiError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    OpenAiError error() {
        return error;
    }
}
