package dev.weir.engine.kvcache;

import dev.weir.engine.request.CacheScope;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of one sequence in order of position, to be changed through {@link KvCache} only. Its first {@link #indexedCount} blocks are
 * known to the prefix index, and others may own them too; the rest are its own.
 */
public final class BlockTable {

    private final CacheScope scope;
    private final boolean shareable;
    private int[] blocks = new int[8];
    private int count;
    private int indexedCount;
    private OffloadedBlocks.@Nullable Copy copy;

    /**
     * An empty table.
     *
     * @param shareable false for a sequence that needs more of each token than its keys and values, and so computes all of them itself
     */
    public BlockTable(CacheScope scope, boolean shareable) {
        this.scope = scope;
        this.shareable = shareable;
    }

    public int count() {
        return count;
    }

    /** The blocks themselves, not a copy: the first {@link #count} elements, to read. */
    public int[] blocks() {
        return blocks;
    }

    CacheScope scope() {
        return scope;
    }

    boolean isShareable() {
        return shareable;
    }

    int indexedCount() {
        return indexedCount;
    }

    /** The block before the one at {@code index}, as the index calls it. */
    int parent(int index) {
        return index == 0 ? PrefixIndex.ROOT : blocks[index - 1];
    }

    void append(int block) {
        if (count == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * count);
        }
        blocks[count++] = block;
    }

    void replace(int index, int block) {
        blocks[index] = block;
    }

    /** What it had computed when it lost its blocks, as far as that is in the machine's memory. */
    OffloadedBlocks.@Nullable Copy copy() {
        return copy;
    }

    void keep(OffloadedBlocks.@Nullable Copy offloaded) {
        copy = offloaded;
    }

    /** One more block, in order, is indexed. */
    void countIndexed() {
        indexedCount++;
    }

    /** Takes back appends that nothing was counted for. */
    void truncate() {
        count = 0;
        indexedCount = 0;
    }

    int removeLast() {
        indexedCount = Math.min(indexedCount, --count);
        return blocks[count];
    }
}
