package dev.weir.engine.request;

/** Why a generation ended. */
public enum FinishReason {
    /** A stop string, a stop token or the model's end of sequence. */
    STOP,
    /** {@link StopConditions#outputTokensMax} or the context was reached. */
    LENGTH,
    /** The caller went away or the engine was told to stop. */
    CANCELLED,
    /** There was no first token by {@link ServiceTerms#firstTokenMaxNanos}. */
    EXPIRED,
    /** There was no memory for a step that it needed; the event says of what. The engine goes on, and the same may pass at another time. */
    OUT_OF_MEMORY,
    /** The engine could not go on; the event says why. */
    ERROR
}
