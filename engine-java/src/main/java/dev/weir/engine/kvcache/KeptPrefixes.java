package dev.weir.engine.kvcache;

import dev.weir.engine.request.CacheScope;
import dev.weir.engine.request.GenerationRequest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The beginnings that one cache could find when it ended, for another to find them, too: which tokens each of some blocks stands for, parents before
 * those that build on them. Beginnings that an adapter computed are left out: an adapter that is loaded again is another one.
 */
public final class KeptPrefixes {

    private static final int NONE = -1;

    private final int blockTokens;
    private final int[] blocks;
    /** Of each: which of those before it is its parent; meaningless of one that has none. */
    private final int[] parents;
    /** Of each that has no parent: whose it is. */
    private final @Nullable CacheScope[] scopes;

    private final int[] tokenIds;
    private int count;

    private KeptPrefixes(int capacity, int blockTokens) {
        this.blockTokens = blockTokens;
        blocks = new int[capacity];
        parents = new int[capacity];
        scopes = new CacheScope[capacity];
        tokenIds = new int[capacity * blockTokens];
    }

    /** The {@code blocksMax} that would be given up last. A block is idle before its parent is, so none of them lacks its own. */
    static KeptPrefixes of(IdleBlocks idle, PrefixIndex index, int blockCount, int blockTokens, int blocksMax) {
        KeptPrefixes kept = new KeptPrefixes(Math.min(idle.count(), blocksMax), blockTokens);
        int[] keptAs = new int[blockCount];
        Arrays.fill(keptAs, NONE);
        int block = idle.last();
        for (int left = idle.count(); left > 0 && kept.count < kept.blocks.length; left--) {
            kept.add(block, index, keptAs);
            block = idle.before(block);
        }
        return kept;
    }

    private void add(int block, PrefixIndex index, int[] keptAs) {
        int parent = index.parent(block);
        boolean root = parent == PrefixIndex.ROOT;
        if (root ? index.scope(block).adapterId() != GenerationRequest.NO_ADAPTER : keptAs[parent] == NONE) {
            return;
        }
        keptAs[block] = count;
        blocks[count] = block;
        parents[count] = root ? NONE : keptAs[parent];
        scopes[count] = root ? index.scope(block) : null;
        index.copyTokenIds(block, tokenIds, count * blockTokens);
        count++;
    }

    /** How many blocks there are. */
    public int count() {
        return count;
    }

    /** Where they lay; a copy. */
    public int[] blocks() {
        return Arrays.copyOf(blocks, count);
    }

    /** Gives as many of them as there is room for, the first ones, a block of another cache, to be found there; returns these. */
    int[] into(BlockPool pool, IdleBlocks idle, PrefixIndex index) {
        int[] taken = new int[Math.min(count, pool.freeCount())];
        for (int kept = 0; kept < taken.length; kept++) {
            taken[kept] = pool.take();
            CacheScope scope = scopes[kept];
            int parent = scope == null ? taken[parents[kept]] : PrefixIndex.ROOT;
            CacheScope whose = scope == null ? CacheScope.COMMON : scope; // of what has a parent it does not count
            index.insert(taken[kept], whose, parent, tokenIds, kept * blockTokens);
        }
        for (int kept = taken.length - 1; kept >= 0; kept--) {
            idle.addLast(taken[kept]);
        }
        return taken;
    }
}
