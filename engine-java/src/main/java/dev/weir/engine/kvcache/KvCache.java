package dev.weir.engine.kvcache;

import java.util.BitSet;

/** The accounting of one executor's KV blocks. Confined to one thread. */
public final class KvCache {

    private final BlockPool pool;
    private final int blockTokens;
    private int ownedBlocks;

    public KvCache(int blockCount, int blockTokens) {
        if (blockCount < 1 || blockTokens < 1) {
            throw new IllegalArgumentException(
                    "blockCount and blockTokens must be at least 1: " + blockCount + ", " + blockTokens);
        }
        pool = new BlockPool(blockCount);
        this.blockTokens = blockTokens;
    }

    public int blockCount() {
        return pool.blockCount();
    }

    public int blockTokens() {
        return blockTokens;
    }

    public int freeBlocks() {
        return pool.freeCount();
    }

    public int ownedBlocks() {
        return ownedBlocks;
    }

    /** Blocks that {@code tokenCount} positions take. */
    public int blocksFor(int tokenCount) {
        return Math.ceilDiv(tokenCount, blockTokens);
    }

    /** Makes the table cover positions 0 to {@code tokenCount - 1}. All or nothing: false, and nothing changed, if too few are free. */
    public boolean grow(BlockTable table, int tokenCount) {
        int missing = blocksFor(tokenCount) - table.count();
        if (missing > pool.freeCount()) {
            return false;
        }
        for (; missing > 0; missing--) {
            table.append(pool.take());
            ownedBlocks++;
        }
        return true;
    }

    /** Takes all blocks back. The last one comes first, so that the next sequence gets them in their old order. */
    public void release(BlockTable table) {
        while (table.count() > 0) {
            pool.give(table.removeLast());
            ownedBlocks--;
        }
    }

    /** The invariant as a sum; cheap enough for every step. */
    public void check() {
        if (pool.freeCount() + ownedBlocks != pool.blockCount()) {
            throw new AssertionError("KV blocks leaked: " + pool.freeCount() + " free and " + ownedBlocks
                    + " owned are not " + pool.blockCount());
        }
    }

    /** The whole invariant: {@code tables} own every block that is not free, each of them once. */
    public void check(Iterable<BlockTable> tables) {
        check();
        pool.check();
        BitSet seen = new BitSet(pool.blockCount());
        for (BlockTable table : tables) {
            for (int index = 0; index < table.count(); index++) {
                int block = table.blocks()[index];
                if (pool.isFree(block) || seen.get(block)) {
                    throw new AssertionError("block " + block + " is in a table and free, or in two tables");
                }
                seen.set(block);
            }
        }
        if (seen.cardinality() != ownedBlocks) {
            throw new AssertionError("tables own " + seen.cardinality() + " blocks, counted were " + ownedBlocks);
        }
    }
}
