package dev.weir.engine.kvcache;

import java.util.Arrays;

/** The blocks of one sequence in order of position. Grows at its end only, through {@link KvCache}. */
public final class BlockTable {

    private int[] blocks = new int[8];
    private int count;

    public int count() {
        return count;
    }

    /** The blocks themselves, not a copy: the first {@link #count} elements, to read. */
    public int[] blocks() {
        return blocks;
    }

    void append(int block) {
        if (count == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * count);
        }
        blocks[count++] = block;
    }

    int removeLast() {
        return blocks[--count];
    }
}
