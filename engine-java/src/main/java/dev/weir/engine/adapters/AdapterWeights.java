package dev.weir.engine.adapters;

/**
 * An adapter as the backend holds it.
 *
 * @param id what step plans call it; never used before, and never again
 * @param release gives the weights back; called once, when no plan will name them any more
 */
public record AdapterWeights(long id, Runnable release) {}
