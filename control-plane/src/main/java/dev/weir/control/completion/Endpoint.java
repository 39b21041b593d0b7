package dev.weir.control.completion;

import java.util.Arrays;
import java.util.Optional;

/** The calls that go through to an engine; everything else the control plane answers itself. */
public enum Endpoint {
    CHAT_COMPLETIONS("/v1/chat/completions"),
    COMPLETIONS("/v1/completions"),
    RESPONSES("/v1/responses"),
    EMBEDDINGS("/v1/embeddings"),
    TOKENIZE("/tokenize"),
    DETOKENIZE("/detokenize"),
    APPLY_TEMPLATE("/apply-template");

    private final String path;

    Endpoint(String path) {
        this.path = path;
    }

    /** The path it has at the control plane and at an engine alike. */
    public String path() {
        return path;
    }

    /** As rules and tenants' routes call it: {@code chat/completions} and the like. */
    public String operation() {
        return path.replaceFirst("^/(v1/)?", "");
    }

    /** Whether a model writes the answer, token by token. */
    public boolean isGeneration() {
        return this == CHAT_COMPLETIONS || this == COMPLETIONS || this == RESPONSES;
    }

    /** Whether a stream tells what it took only where it is asked to; a response always does, in its last event. */
    public boolean tellsUsageWhenAsked() {
        return this == CHAT_COMPLETIONS || this == COMPLETIONS;
    }

    /** Whether it is of messages, which others than our engines understand, too. */
    public boolean isConversation() {
        return this == CHAT_COMPLETIONS;
    }

    /** The endpoint with this path, if there is one. */
    public static Optional<Endpoint> at(String path) {
        return Arrays.stream(values())
                .filter(endpoint -> endpoint.path.equals(path))
                .findFirst();
    }
}
