package dev.weir.engine.execution;

import dev.weir.engine.kvcache.KeptPrefixes;

/**
 * The computed beginnings that a loop leaves behind, for the next loop of the same model to begin with.
 *
 * @param prefixes which tokens
 * @param contents their keys and values, in the same order
 */
public record KeptCache(KeptPrefixes prefixes, SavedBlocks contents) implements AutoCloseable {

    /** Gives the memory back; from any thread. */
    @Override
    public void close() {
        contents.close();
    }
}
