package dev.weir.engine.lifecycle;

/** Where a model is in its life. Names are Triton's, and stand as they are in the index; sleeping is ours. */
public enum ModelState {
    /** Known, and nothing of it is in memory. */
    UNAVAILABLE,
    /** Comes up, from disk or from sleep. */
    LOADING,
    READY,
    /** Finishes what it has, on its way to unavailable or to sleep. */
    UNLOADING,
    /** Its tokenizer is kept; weights and KV cache are not. */
    SLEEPING
}
