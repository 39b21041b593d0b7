package dev.weir.engine.kvcache;

/**
 * The accounting of one executor's KV blocks: who owns them, which of them hold tokens that somebody may want again, and which to give up
 * when they run out. The package's story tells the rules. Confined to one thread; nothing but a growing table allocates.
 */
public final class KvCache {

    private final int blockTokens;
    private final boolean sharing;
    private final BlockPool pool;
    private final IdleBlocks idle;
    private final PrefixIndex index;
    private final OffloadedBlocks offloaded;
    /** Of each block: in how many tables it is. */
    private final int[] owners;
    /** Of each indexed block: how many of its positions are computed. A block that is short of some is owned, by whoever computes them. */
    private final int[] computed;
    /** Of each indexed block: the number of the last step that was to compute some of it. */
    private final long[] computedInStep;

    private final KvInvariant invariant;
    private long stepNumber;
    private int ownedBlocks;

    /** One without places in the machine's memory. */
    public KvCache(int blockCount, int blockTokens, boolean sharing) {
        this(blockCount, 0, blockTokens, sharing);
    }

    /**
     * All blocks free.
     *
     * @param hostBlockCount places in the machine's memory for blocks of sequences that lost theirs
     * @param sharing whether sequences find computed blocks of others, and their own again
     */
    public KvCache(int blockCount, int hostBlockCount, int blockTokens, boolean sharing) {
        if (blockCount < 1 || blockTokens < 1 || hostBlockCount < 0) {
            throw new IllegalArgumentException("blockCount and blockTokens must be at least 1, and hostBlockCount 0: "
                    + blockCount + ", " + blockTokens + ", " + hostBlockCount);
        }
        this.blockTokens = blockTokens;
        this.sharing = sharing;
        pool = new BlockPool(blockCount);
        idle = new IdleBlocks(blockCount);
        index = new PrefixIndex(blockCount, blockTokens);
        offloaded = new OffloadedBlocks(hostBlockCount, blockTokens);
        owners = new int[blockCount];
        computed = new int[blockCount];
        computedInStep = new long[blockCount];
        invariant = new KvInvariant(blockTokens, pool, idle, index, owners, computed);
    }

    public int blockCount() {
        return pool.blockCount();
    }

    public int blockTokens() {
        return blockTokens;
    }

    /** Blocks that hold nothing. */
    public int freeBlocks() {
        return pool.freeCount();
    }

    /** Blocks that nobody owns and that would still be found. */
    public int cachedBlocks() {
        return idle.count();
    }

    /** Blocks in tables, each counted once however many share it. */
    public int ownedBlocks() {
        return ownedBlocks;
    }

    /** Blocks that {@code tokenCount} positions take. */
    public int blocksFor(int tokenCount) {
        return Math.ceilDiv(tokenCount, blockTokens);
    }

    /**
     * Makes an empty table cover the known tokens, with blocks of others where they hold the same. All or nothing: false, and nothing
     * changed, if too few blocks can be had. Afterwards {@link #computed} tells what is there already; the last token never is, for only
     * computing it gives something to sample from.
     */
    public boolean begin(BlockTable table, int[] tokenIds, int knownTokens) {
        if (table.count() != 0) {
            throw new AssertionError("the table has blocks already");
        }
        int shareable = shares(table) ? (knownTokens - 1) / blockTokens : 0;
        int idleFound = find(table, tokenIds, shareable);
        boolean again = table.count() == shareable && findLastAgain(table, tokenIds, knownTokens);
        int found = table.count();
        if (blocksFor(knownTokens) - found > pool.freeCount() + idle.count() - idleFound - (again ? 1 : 0)) {
            table.truncate();
            return false;
        }
        for (int position = 0; position < found; position++) {
            own(table.blocks()[position]);
            table.countIndexed();
        }
        if (again) {
            computed[table.blocks()[found - 1]] = blockTokens - 1;
        }
        for (int position = found; position < blocksFor(knownTokens); position++) {
            append(table);
            if (position < shareable) {
                promise(table, tokenIds);
            }
        }
        return true;
    }

    /** Makes the table cover positions 0 to {@code tokenCount - 1}. All or nothing: false, and nothing changed, if too few can be had. */
    public boolean grow(BlockTable table, int tokenCount) {
        int missing = blocksFor(tokenCount) - table.count();
        if (missing > pool.freeCount() + idle.count()) {
            return false;
        }
        for (; missing > 0; missing--) {
            append(table);
        }
        return true;
    }

    /** How many leading tokens are computed, by whomever; at least {@code alreadyComputed}. */
    public int computed(BlockTable table, int alreadyComputed) {
        int count = alreadyComputed;
        int position = count / blockTokens;
        while (position < table.indexedCount()) {
            int inBlock = computed[table.blocks()[position]];
            count = Math.max(count, position * blockTokens + inBlock);
            if (inBlock < blockTokens) {
                break;
            }
            position++;
        }
        return count;
    }

    /** A step is planned: what was claimed for the one before may be claimed again. */
    public void beginStep() {
        stepNumber++;
        offloaded.moves().clear();
    }

    /** What has to move before this step is computed; the same object every time. */
    public KvMoves moves() {
        return offloaded.moves();
    }

    /** Places in the machine's memory that hold something. */
    public int offloadedBlocks() {
        return offloaded.count();
    }

    /** How many of the table's blocks, the first ones, others own too. */
    public int sharedBlocks(BlockTable table) {
        int shared = table.count();
        while (shared > 0 && owners[table.blocks()[shared - 1]] == 1) {
            shared--;
        }
        return shared;
    }

    /** Whether releasing the table would give anybody a block: its last one, if any, for what is shared is at the beginning. */
    public boolean ownsAlone(BlockTable table) {
        return table.count() > 0 && owners[table.blocks()[table.count() - 1]] == 1;
    }

    /**
     * Has the computed tokens of a table that is about to be released copied to the machine's memory, but for those in blocks that others own. False,
     * and nothing is copied, where there are too few places.
     */
    public boolean offload(BlockTable table, int computedTokens) {
        return offloaded.offload(table, sharedBlocks(table), blocksFor(computedTokens), computedTokens);
    }

    /**
     * Has a table that has just begun again filled from its copy, where that goes on behind the tokens computed so far and in blocks of its own; returns
     * how many are computed then. The copy is let go in any case.
     */
    public int restore(BlockTable table, int[] tokenIds, int computedTokens) {
        int position = computedTokens / blockTokens;
        if (position < table.count() && owners[table.blocks()[position]] > 1) {
            offloaded.drop(table); // somebody computes it
            return computedTokens;
        }
        int restored = offloaded.restore(table, computedTokens);
        if (restored > computedTokens) {
            computed(table, tokenIds, computedTokens, restored);
        }
        return restored;
    }

    /** Lets the table's copy go: its sequence ends, or what was copied is not believed any more. */
    public void dropCopy(BlockTable table) {
        offloaded.drop(table);
    }

    /** What could be found now, at most so many blocks. */
    public KeptPrefixes keep(int blocksMax) {
        return KeptPrefixes.of(idle, index, blockCount(), blockTokens, blocksMax);
    }

    /** Makes a cache that nobody has used find what another one kept, as far as there is room; returns the blocks that are to hold it, in its order. */
    public int[] find(KeptPrefixes kept) {
        int[] blocks = kept.into(pool, idle, index);
        for (int block : blocks) {
            computed[block] = blockTokens;
        }
        return blocks;
    }

    /**
     * Asks to compute the table's tokens from {@code alreadyComputed} on in this step. False when another does that for a block they
     * share: then waiting gives the same for nothing.
     */
    public boolean claim(BlockTable table, int alreadyComputed) {
        int position = alreadyComputed / blockTokens;
        if (position >= table.indexedCount()) {
            return true;
        }
        int block = table.blocks()[position];
        boolean ours = computedInStep[block] != stepNumber;
        computedInStep[block] = stepNumber;
        return ours;
    }

    /** Tokens {@code from} to {@code to - 1} were computed: what they fill can be found from now on. */
    public void computed(BlockTable table, int[] tokenIds, int from, int to) {
        int position = from / blockTokens;
        for (; position < table.indexedCount() && position * blockTokens < to; position++) {
            int block = table.blocks()[position];
            computed[block] = Math.max(computed[block], Math.min(to - position * blockTokens, blockTokens));
        }
        if (shares(table)) {
            while ((table.indexedCount() + 1) * blockTokens <= to && publish(table, tokenIds)) {}
        }
    }

    /** Takes all blocks back. Those that may be wanted again are kept as long as nothing else is free, the last ones the shortest. */
    public void release(BlockTable table) {
        while (table.count() > 0) {
            disown(table.removeLast());
        }
    }

    /** Of the computed tokens, those that would be found again if the table were released now and nothing else happened. */
    public int keptTokens(BlockTable table, int computedTokens) {
        return Math.min(table.indexedCount() * blockTokens, computedTokens);
    }

    /** Forgets everything that is kept: the blocks no longer hold what the index says. Nobody may own any. */
    public void forget() {
        if (ownedBlocks != 0) {
            throw new AssertionError(ownedBlocks + " blocks are owned");
        }
        while (idle.count() > 0) {
            pool.give(evict());
        }
    }

    /** The invariant as a sum; cheap enough for every step. */
    public void check() {
        if (pool.freeCount() + idle.count() + ownedBlocks != pool.blockCount()) {
            throw new AssertionError("KV blocks leaked: " + pool.freeCount() + " free, " + idle.count() + " cached and "
                    + ownedBlocks + " owned are not " + pool.blockCount());
        }
    }

    /** The whole invariant: {@code tables} are all there are. Slow; for tests. */
    public void check(Iterable<BlockTable> tables) {
        check();
        invariant.check(tables);
        offloaded.check(tables);
    }

    /** That each of the table's shared blocks holds the tokens that it stands for, and that its others are its own. Slow; for tests. */
    public void check(BlockTable table, int[] tokenIds) {
        invariant.check(table, tokenIds);
    }

    /** Appends the indexed blocks that hold the table's first tokens, at most {@code blocksMax}; returns how many of them are idle. */
    private int find(BlockTable table, int[] tokenIds, int blocksMax) {
        int idleFound = 0;
        while (table.count() < blocksMax) {
            int position = table.count();
            int block = index.find(table.scope(), table.parent(position), tokenIds, position * blockTokens);
            if (block == PrefixIndex.NONE) {
                break;
            }
            table.append(block);
            idleFound += idle.contains(block) ? 1 : 0;
        }
        return idleFound;
    }

    /**
     * Appends the block that ends with the last known token, if it is there and nobody owns it: then that one token is computed again, in its
     * own place and with its own bits. A block that others read is left to them, and its tokens are computed elsewhere.
     */
    private boolean findLastAgain(BlockTable table, int[] tokenIds, int knownTokens) {
        if (!shares(table) || knownTokens % blockTokens != 0) {
            return false;
        }
        int position = table.count();
        int block = index.find(table.scope(), table.parent(position), tokenIds, position * blockTokens);
        if (block == PrefixIndex.NONE || !idle.contains(block)) {
            return false;
        }
        table.append(block);
        return true;
    }

    private boolean shares(BlockTable table) {
        return sharing && table.isShareable();
    }

    private void own(int block) {
        if (owners[block]++ == 0) {
            idle.remove(block);
            ownedBlocks++;
        }
    }

    private void disown(int block) {
        if (--owners[block] > 0) {
            return;
        }
        ownedBlocks--;
        if (!index.contains(block)) {
            pool.give(block);
        } else if (computed[block] == blockTokens || index.childCount(block) > 0) {
            // Where others build on it, it was full: its last token was to be computed again, never was, and is still
            // there.
            computed[block] = blockTokens;
            idle.addLast(block);
        } else {
            index.remove(block);
            pool.give(block);
        }
    }

    private void append(BlockTable table) {
        int block = pool.freeCount() > 0 ? pool.take() : evict();
        owners[block] = 1;
        ownedBlocks++;
        table.append(block);
    }

    /** The block that has been idle for longest. Never one with children: they became idle before it and go first. */
    private int evict() {
        int block = idle.first();
        idle.remove(block);
        index.remove(block);
        return block;
    }

    /** Indexes the table's last block before any of it is computed, so that others who want the same wait for it. */
    private void promise(BlockTable table, int[] tokenIds) {
        int position = table.count() - 1;
        int block = table.blocks()[position];
        index.insert(block, table.scope(), table.parent(position), tokenIds, position * blockTokens);
        computed[block] = 0;
        table.countIndexed();
    }

    /**
     * Indexes the table's first own block, which is full. Where an equal one is known the table takes that and frees its own: the bits are
     * the same. False when the equal one is not computed yet; there will be another time to look.
     */
    private boolean publish(BlockTable table, int[] tokenIds) {
        int position = table.indexedCount();
        int block = table.blocks()[position];
        int equal = index.find(table.scope(), table.parent(position), tokenIds, position * blockTokens);
        if (equal == PrefixIndex.NONE) {
            index.insert(block, table.scope(), table.parent(position), tokenIds, position * blockTokens);
            computed[block] = blockTokens;
        } else if (computed[equal] == blockTokens) {
            own(equal);
            table.replace(position, equal);
            disown(block);
        } else {
            return false;
        }
        table.countIndexed();
        return true;
    }
}
