package dev.weir.engine.lifecycle;

/** What became of a verb. */
public sealed interface Outcome {

    /**
     * The model is where the verb was to bring it, whether it had to be moved or was there before.
     *
     * @param endedEarly requests that patience did not suffice for, and that were ended by name
     */
    record Done(ModelStatus status, boolean endedEarly) implements Outcome {}

    /**
     * Nothing was changed, or all of it was undone.
     *
     * @param message one sentence that names the thing and the remedy
     */
    record Refused(Reason reason, String message) implements Outcome {}

    /** Why nothing was changed. */
    enum Reason {
        /** No model or alias has that name. */
        UNKNOWN_MODEL,
        /** A name that no model or alias may have. */
        BAD_NAME,
        /** A path outside of the directories that models may come from. */
        PATH_NOT_ALLOWED,
        /** The verb makes no sense in the state that the model is in. */
        WRONG_STATE,
        /** Requests or aliases need the model. */
        IN_USE,
        DOES_NOT_FIT,
        LOAD_FAILED,
        /** A limit on how many there may be. */
        TOO_MANY,
        SHUTTING_DOWN
    }
}
