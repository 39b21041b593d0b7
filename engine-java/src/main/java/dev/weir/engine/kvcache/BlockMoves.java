package dev.weir.engine.kvcache;

import java.util.Arrays;

/** Pairs of a block of the cache and a place in the machine's memory between which contents move, in this order. */
public final class BlockMoves {

    private int[] blocks = new int[8];
    private int[] places = new int[8];
    private int count;

    /** One pair more. */
    public void add(int block, int place) {
        if (count == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * count);
            places = Arrays.copyOf(places, 2 * count);
        }
        blocks[count] = block;
        places[count++] = place;
    }

    void clear() {
        count = 0;
    }

    public int count() {
        return count;
    }

    /** Not a copy: the first {@link #count} elements, to read. */
    public int[] blocks() {
        return blocks;
    }

    /** Not a copy: the first {@link #count} elements, to read. */
    public int[] places() {
        return places;
    }
}
