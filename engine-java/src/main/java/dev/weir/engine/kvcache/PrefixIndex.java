package dev.weir.engine.kvcache;

import static java.util.Objects.requireNonNull;

import dev.weir.engine.request.CacheScope;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the block that holds given tokens after given others: a tree whose nodes are blocks and whose edges are a block's worth of token
 * ids, laid into arrays and reached through one hash table.
 *
 * <p>A node is named by its parent and its own token ids; a node without a parent also by its {@link CacheScope}. All of that is compared on
 * every find, and a parent is itself a node found in the same way, so the hash decides how fast a find is and never what it finds: no
 * collision, accidental or made, can serve one prompt's block to another, or one tenant's to another. The hash covers the scope, whose salt
 * callers do not know, so collisions cannot be prepared either.
 *
 * <p>Finding, inserting and removing allocate nothing.
 */
final class PrefixIndex {

    /** The parent of a sequence's first block. */
    static final int ROOT = -1;

    static final int NONE = -1;

    private static final long WHOLE_HASH = -1;

    private final int blockTokens;
    private final long hashMask;
    /** Of each bucket: its first block, or {@code NONE}. At least as many as blocks, and a power of two. */
    private final int[] buckets;

    private final int[] nextInBucket;
    private final boolean[] indexed;
    private final long[] hashes;
    private final int[] parents;
    private final int[] childCounts;
    /** Of a first block: whose it is. Null for all others, which are their parent's. */
    private final @Nullable CacheScope[] scopes;

    private final int[] tokenIds;
    private int count;

    PrefixIndex(int blockCount, int blockTokens) {
        this(blockCount, blockTokens, WHOLE_HASH);
    }

    /** {@code hashMask} says which bits of hashes count: where a test leaves few of them, all collide. */
    PrefixIndex(int blockCount, int blockTokens, long hashMask) {
        this.blockTokens = blockTokens;
        this.hashMask = hashMask;
        buckets = new int[Integer.highestOneBit(Math.max(blockCount, 2)) * 2];
        Arrays.fill(buckets, NONE);
        nextInBucket = new int[blockCount];
        indexed = new boolean[blockCount];
        hashes = new long[blockCount];
        parents = new int[blockCount];
        childCounts = new int[blockCount];
        scopes = new CacheScope[blockCount];
        tokenIds = new int[Math.multiplyExact(blockCount, blockTokens)];
    }

    int count() {
        return count;
    }

    boolean contains(int block) {
        return indexed[block];
    }

    int childCount(int block) {
        return childCounts[block];
    }

    int parent(int block) {
        return parents[block];
    }

    /** Whose a first block is; of all others it is their parent's to say. */
    CacheScope scope(int block) {
        return requireNonNull(scopes[block], "block has a parent");
    }

    /** Copies the ids of the tokens that the block holds. */
    void copyTokenIds(int block, int[] into, int at) {
        System.arraycopy(tokenIds, block * blockTokens, into, at, blockTokens);
    }

    /** The block with {@code ids[from .. from + blockTokens)} after {@code parent}; {@link #NONE} if there is none. */
    int find(CacheScope scope, int parent, int[] ids, int from) {
        long hash = hash(scope, parent, ids, from);
        for (int block = buckets[bucket(hash)]; block != NONE; block = nextInBucket[block]) {
            if (hashes[block] == hash
                    && parents[block] == parent
                    && (parent != ROOT || scope.equals(scopes[block]))
                    && Arrays.equals(
                            tokenIds, block * blockTokens, (block + 1) * blockTokens, ids, from, from + blockTokens)) {
                return block;
            }
        }
        return NONE;
    }

    /** Makes {@code block} the one that {@link #find} will answer for these arguments; there must be none yet. */
    void insert(int block, CacheScope scope, int parent, int[] ids, int from) {
        if (indexed[block] || (parent != ROOT && !indexed[parent])) {
            throw new AssertionError("block " + block + " is indexed already, or its parent " + parent + " is not");
        }
        long hash = hash(scope, parent, ids, from);
        int bucket = bucket(hash);
        indexed[block] = true;
        hashes[block] = hash;
        parents[block] = parent;
        System.arraycopy(ids, from, tokenIds, block * blockTokens, blockTokens);
        if (parent == ROOT) {
            scopes[block] = scope;
        } else {
            childCounts[parent]++;
        }
        nextInBucket[block] = buckets[bucket];
        buckets[bucket] = block;
        count++;
    }

    /** Forgets a block, which must be a leaf: a child without its parent could never be found again, or worse, be found under another. */
    void remove(int block) {
        if (!indexed[block] || childCounts[block] != 0) {
            throw new AssertionError("block " + block + " is not indexed, or has " + childCounts[block] + " children");
        }
        int bucket = bucket(hashes[block]);
        if (buckets[bucket] == block) {
            buckets[bucket] = nextInBucket[block];
        } else {
            int before = buckets[bucket];
            while (nextInBucket[before] != block) {
                before = nextInBucket[before];
            }
            nextInBucket[before] = nextInBucket[block];
        }
        if (parents[block] != ROOT) {
            childCounts[parents[block]]--;
        }
        scopes[block] = null;
        indexed[block] = false;
        count--;
    }

    /** Whether the block, which is indexed, is found under these arguments; for checks. */
    boolean holds(int block, CacheScope scope, int parent, int[] ids, int from) {
        return indexed[block] && find(scope, parent, ids, from) == block;
    }

    private long hash(CacheScope scope, int parent, int[] ids, int from) {
        long hash = parent == ROOT
                ? mix(mix(mix(scope.salt().high()) ^ scope.salt().low()) ^ scope.adapterId())
                : hashes[parent];
        for (int index = from; index < from + blockTokens; index++) {
            hash = (hash ^ ids[index]) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        return mix(hash) & hashMask;
    }

    private int bucket(long hash) {
        return (int) hash & (buckets.length - 1);
    }

    /** SplitMix64's finaliser. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
