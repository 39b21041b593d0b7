package dev.weir.engine.ffi;

import dev.weir.engine.device.Quantities;
import dev.weir.engine.execution.SavedBlocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Blocks of a session in memory that any thread may give back.
 *
 * @param bytes of all blocks, one after the other
 */
record NativeSavedBlocks(Arena arena, MemorySegment bytes, int blockCount, long blockBytes) implements SavedBlocks {

    /**
     * Room for so many.
     *
     * @throws NativeException where there is none
     */
    static NativeSavedBlocks allocate(int blockCount, long blockBytes) {
        Arena arena = Arena.ofShared();
        try {
            return new NativeSavedBlocks(arena, arena.allocate(blockCount * blockBytes), blockCount, blockBytes);
        } catch (OutOfMemoryError full) {
            arena.close();
            throw new NativeException(
                    NativeStatus.OUT_OF_MEMORY,
                    Quantities.bytes(blockCount * blockBytes) + " for " + blockCount + " KV blocks cannot be had: "
                            + full.getMessage() + "; java's -XX:MaxDirectMemorySize may be too low");
        }
    }

    /** Idempotent. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
