package dev.weir.engine.execution;

/** What some KV blocks of an executor held, in memory of its own: it outlives the executor, and another one of the same model may load it. */
public interface SavedBlocks extends AutoCloseable {

    /** Gives the memory back; from any thread. */
    @Override
    void close();
}
