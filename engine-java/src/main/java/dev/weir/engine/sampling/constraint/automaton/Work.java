package dev.weir.engine.sampling.constraint.automaton;

import dev.weir.engine.sampling.constraint.ConstraintException;

/** Counts the steps of one operation, so that no grammar, however large or ambiguous, holds up a thread for long. */
final class Work {

    private final int stepsMax;
    private final String refusal;
    private long steps;

    /**
     * No steps yet.
     *
     * @param refusal what is said of a grammar that takes more, and what to do about it
     */
    Work(int stepsMax, String refusal) {
        this.stepsMax = stepsMax;
        this.refusal = refusal;
    }

    /** A new operation begins. */
    void begin() {
        steps = 0;
    }

    void done(int count) {
        steps += count;
        if (steps > stepsMax) {
            throw new ConstraintException(refusal);
        }
    }
}
