package dev.weir.engine.scheduling;

/** Why a running sequence lost its blocks; what it had generated it keeps. */
public enum Preemption {
    /** A more important one needed a block. */
    LOWER_PRIORITY,
    /** Another needed a block, and this one has least to compute again. */
    LEAST_LOST,
    /** It needed a block itself, and has least to compute again. */
    GAVE_WAY,
    /** A step failed, so nobody knows what the blocks hold. */
    STEP_FAILED
}
