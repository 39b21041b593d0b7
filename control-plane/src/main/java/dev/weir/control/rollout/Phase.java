package dev.weir.control.rollout;

/** Where a rollout is in its life. Guardrails are watched in every phase between the first and the last two. */
public enum Phase {
    PLANNED,
    RUNNING,
    /** A person or a signal stopped it. */
    PAUSED,
    /** Its looks are spent or its time is up, and nothing is proven: a person decides. */
    INCONCLUSIVE,
    /** The candidate has everything and the baseline is released. Nothing happens any more. */
    COMPLETED,
    /** The baseline has everything. Nothing happens any more; another try is another rollout. */
    ROLLED_BACK;

    public boolean isTerminal() {
        return this == COMPLETED || this == ROLLED_BACK;
    }

    boolean isWatched() {
        return this != PLANNED && !isTerminal();
    }
}
