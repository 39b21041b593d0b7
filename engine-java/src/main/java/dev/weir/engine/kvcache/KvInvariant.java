package dev.weir.engine.kvcache;

import java.util.Arrays;

/** What is true of a cache between any two calls, found out by walking through all of it. For tests and after every simulated step. */
final class KvInvariant {

    private final int blockTokens;
    private final BlockPool pool;
    private final IdleBlocks idle;
    private final PrefixIndex index;
    private final int[] owners;
    private final int[] computed;

    KvInvariant(int blockTokens, BlockPool pool, IdleBlocks idle, PrefixIndex index, int[] owners, int[] computed) {
        this.blockTokens = blockTokens;
        this.pool = pool;
        this.idle = idle;
        this.index = index;
        this.owners = owners;
        this.computed = computed;
    }

    /** With {@code tables} being all there are. */
    void check(Iterable<BlockTable> tables) {
        pool.check();
        idle.check();
        int[] counted = new int[owners.length];
        for (BlockTable table : tables) {
            for (int position = 0; position < table.count(); position++) {
                counted[table.blocks()[position]]++;
            }
        }
        if (!Arrays.equals(counted, owners)) {
            throw new AssertionError("blocks are in more or fewer tables than were counted");
        }
        for (int block = 0; block < owners.length; block++) {
            checkPlace(block);
        }
    }

    /** That each of the table's shared blocks holds the tokens that it stands for, and that its others are its own. */
    void check(BlockTable table, int[] tokenIds) {
        for (int position = 0; position < table.count(); position++) {
            int block = table.blocks()[position];
            boolean right = position < table.indexedCount()
                    ? index.holds(block, table.scope(), table.parent(position), tokenIds, position * blockTokens)
                    : !index.contains(block) && owners[block] == 1;
            if (!right) {
                throw new AssertionError("block " + block + " does not belong at " + position + " of its table");
            }
        }
    }

    private void checkPlace(int block) {
        int places = (pool.isFree(block) ? 1 : 0) + (idle.contains(block) ? 1 : 0) + (owners[block] > 0 ? 1 : 0);
        boolean kept = index.contains(block);
        boolean full = kept && computed[block] == blockTokens;
        if (places != 1 || (idle.contains(block) && !full) || (pool.isFree(block) && kept)) {
            throw new AssertionError("block " + block + " is in " + places + " places; indexed: " + kept + ", full: "
                    + full + ", owners: " + owners[block]);
        }
        if (kept && index.parent(block) != PrefixIndex.ROOT) {
            int parent = index.parent(block);
            if (!index.contains(parent) || owners[parent] < owners[block]) {
                throw new AssertionError("block " + block + " has " + owners[block] + " owners and outlives its parent "
                        + parent + " with " + owners[parent]);
            }
        }
    }
}
