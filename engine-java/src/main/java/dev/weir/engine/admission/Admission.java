package dev.weir.engine.admission;

/** The answer to a request that wants to come in. */
public sealed interface Admission {

    /**
     * It waits for its turn; the stream tells the rest.
     *
     * @param waitingCount requests that wait, with this one
     */
    record Admitted(int waitingCount) implements Admission {}

    /**
     * It was turned away and its stream stays silent.
     *
     * @param message one sentence with the numbers, fit for the caller's eyes
     */
    record Rejected(Reason reason, String message) implements Admission {}

    /** Why a request was turned away. */
    enum Reason {
        /** Too many requests wait already; try again later. */
        QUEUE_FULL,
        /** By the present queue and speed the first token would come too late for the request's deadline. */
        DEADLINE_UNREACHABLE,
        /** The prompt and one token more do not fit into the model's context. */
        PROMPT_TOO_LONG,
        /** A prompt token is not in the model's vocabulary. */
        UNKNOWN_TOKEN,
        /** The whole KV cache would not hold this one sequence. */
        NEVER_FITS,
        /** The engine finishes what it has and takes nothing new. */
        SHUTTING_DOWN,
        /** The engine failed for good and must be started again. */
        ENGINE_FAILED
    }
}
