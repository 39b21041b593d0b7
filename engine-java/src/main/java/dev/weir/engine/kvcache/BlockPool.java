package dev.weir.engine.kvcache;

/** The free blocks, as a list threaded through one array: taking and giving back are a few instructions and allocate nothing. */
final class BlockPool {

    private static final int END = -1;
    private static final int TAKEN = -2;

    /** Of a free block: the next free one, or {@code END}. Of any other: {@code TAKEN}. */
    private final int[] nextFree;

    private int firstFree;
    private int freeCount;

    BlockPool(int blockCount) {
        nextFree = new int[blockCount];
        firstFree = END;
        for (int block = blockCount - 1; block >= 0; block--) {
            nextFree[block] = firstFree;
            firstFree = block;
        }
        freeCount = blockCount;
    }

    int blockCount() {
        return nextFree.length;
    }

    int freeCount() {
        return freeCount;
    }

    boolean isFree(int block) {
        return nextFree[block] != TAKEN;
    }

    int take() {
        int block = firstFree;
        if (block == END) {
            throw new AssertionError("no free block: the caller did not look");
        }
        firstFree = nextFree[block];
        nextFree[block] = TAKEN;
        freeCount--;
        return block;
    }

    void give(int block) {
        if (nextFree[block] != TAKEN) {
            throw new AssertionError("block " + block + " was given back twice");
        }
        nextFree[block] = firstFree;
        firstFree = block;
        freeCount++;
    }

    /** Walks the whole list. */
    void check() {
        int length = 0;
        for (int block = firstFree; block != END; block = nextFree[block]) {
            if (nextFree[block] == TAKEN || ++length > nextFree.length) {
                throw new AssertionError("the free list is broken at block " + block);
            }
        }
        if (length != freeCount) {
            throw new AssertionError("the free list has " + length + " blocks, counted were " + freeCount);
        }
    }
}
