package dev.weir.engine.model;

/** Over what queries and keys are normalised before RoPE. */
public enum QkNorm {
    NONE,
    /** Each head by itself, one weight for all heads of a layer. */
    HEAD,
    /** All heads of a token at once. */
    PROJECTION
}
