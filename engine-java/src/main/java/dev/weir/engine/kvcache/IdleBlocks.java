package dev.weir.engine.kvcache;

import java.util.Arrays;

/**
 * Blocks that nobody owns and whose contents are still worth something, in the order in which they will be given up: a doubly linked list
 * in two arrays, so that a block that is wanted again leaves from anywhere in a few instructions.
 */
final class IdleBlocks {

    private static final int END = -1;
    private static final int ABSENT = -2;

    private final int[] next;
    private final int[] previous;
    private int first = END;
    private int last = END;
    private int count;

    IdleBlocks(int blockCount) {
        next = new int[blockCount];
        previous = new int[blockCount];
        Arrays.fill(next, ABSENT);
    }

    int count() {
        return count;
    }

    boolean contains(int block) {
        return next[block] != ABSENT;
    }

    /** The block to give up first. */
    int first() {
        if (first == END) {
            throw new AssertionError("no block is idle: the caller did not look");
        }
        return first;
    }

    /** The block to give up last; meaningless where there is none. */
    int last() {
        return last;
    }

    /** The block to give up next before this one; meaningless of the first. */
    int before(int block) {
        return previous[block];
    }

    /** Adds a block behind all others. */
    void addLast(int block) {
        if (contains(block)) {
            throw new AssertionError("block " + block + " is idle already");
        }
        next[block] = END;
        previous[block] = last;
        if (last == END) {
            first = block;
        } else {
            next[last] = block;
        }
        last = block;
        count++;
    }

    void remove(int block) {
        if (!contains(block)) {
            throw new AssertionError("block " + block + " is not idle");
        }
        if (previous[block] == END) {
            first = next[block];
        } else {
            next[previous[block]] = next[block];
        }
        if (next[block] == END) {
            last = previous[block];
        } else {
            previous[next[block]] = previous[block];
        }
        next[block] = ABSENT;
        count--;
    }

    /** Walks the whole list in both directions. */
    void check() {
        int length = 0;
        int before = END;
        for (int block = first; block != END; block = next[block]) {
            if (previous[block] != before || ++length > next.length) {
                throw new AssertionError("the list of idle blocks is broken at block " + block);
            }
            before = block;
        }
        if (length != count || before != last) {
            throw new AssertionError("the list of idle blocks has " + length + ", counted were " + count);
        }
    }
}
