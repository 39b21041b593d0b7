package dev.weir.bench.server;

/** Where completions are asked for. */
public enum Endpoint {
    /** Conversations, through the model's chat template. */
    CHAT("/v1/chat/completions"),
    /** Texts as they are. */
    COMPLETIONS("/v1/completions");

    private final String path;

    Endpoint(String path) {
        this.path = path;
    }

    String path() {
        return path;
    }
}
