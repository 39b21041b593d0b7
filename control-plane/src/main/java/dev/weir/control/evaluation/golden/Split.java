package dev.weir.control.evaluation.golden;

/** Who may look at a case. */
public enum Split {
    /** For whoever writes prompts and trains. */
    DEV,
    /** Decides about releases. */
    GATE,
    /** Shown to nobody who writes prompts; tells whether the gate's cases have been learnt by heart. */
    HOLDOUT,
    /** Passed by everything for weeks: asked to see that nothing is broken, and decides nothing. */
    SANITY,
    /** Under suspicion of being wrong itself: asked and reported, and decides nothing. */
    QUARANTINE;

    /** Whether results on it count in a gate. */
    public boolean decides() {
        return this == GATE || this == HOLDOUT;
    }
}
