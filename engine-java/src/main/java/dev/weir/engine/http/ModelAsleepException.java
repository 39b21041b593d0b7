package dev.weir.engine.http;

import java.util.concurrent.CompletionStage;

/** The model that a request needs is being woken: the request is to be prepared again once it is awake. */
final class ModelAsleepException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private final transient CompletionStage<?> awake;
    private final transient ApiError refusal;

    /**
     * For one request.
     *
     * @param awake completes when waiting makes no sense any more
     * @param refusal of a request that cannot wait, or has waited in vain
     */
    ModelAsleepException(CompletionStage<?> awake, ApiError refusal) {
        super(refusal.message(), null, false, false);
        this.awake = awake;
        this.refusal = refusal;
    }

    CompletionStage<?> awake() {
        return awake;
    }

    ApiError refusal() {
        return refusal;
    }
}
