package dev.weir.engine.kvcache;

/**
 * Which places in the machine's memory hold what a preempted sequence had computed. A place is taken when its block is offloaded, and given back when
 * the sequence begins again, whether it was restored or is of no use any more, or ends.
 */
final class OffloadedBlocks {

    /** Of one sequence: where the blocks are that it shared with nobody. */
    static final class Copy {
        private final int first;
        private final int[] places;
        private final int computedTokens;

        /** Of the blocks from position {@code first} of a table on, which had so many computed tokens. */
        private Copy(int first, int[] places, int computedTokens) {
            this.first = first;
            this.places = places;
            this.computedTokens = computedTokens;
        }
    }

    private final int blockTokens;
    private final BlockPool places;
    private final KvMoves moves = new KvMoves();

    OffloadedBlocks(int placeCount, int blockTokens) {
        this.blockTokens = blockTokens;
        places = new BlockPool(placeCount);
    }

    KvMoves moves() {
        return moves;
    }

    int count() {
        return places.blockCount() - places.freeCount();
    }

    /** All or nothing: false where there are too few places for blocks {@code first} to {@code end - 1} of the table. */
    boolean offload(BlockTable table, int first, int end, int computedTokens) {
        if (end - first > places.freeCount()) {
            return false;
        }
        int[] taken = new int[end - first];
        for (int index = 0; index < taken.length; index++) {
            taken[index] = places.take();
            moves.offloads().add(table.blocks()[first + index], taken[index]);
        }
        table.keep(new Copy(first, taken, computedTokens));
        return true;
    }

    /**
     * Restores what the table's copy has beyond {@code computedTokens}, which lie before or within it; returns how many tokens are computed then. The
     * copy is gone.
     */
    int restore(BlockTable table, int computedTokens) {
        Copy copy = table.copy();
        if (copy == null || copy.first * blockTokens > computedTokens || copy.computedTokens <= computedTokens) {
            drop(table);
            return computedTokens;
        }
        for (int index = computedTokens / blockTokens - copy.first; index < copy.places.length; index++) {
            moves.restores().add(table.blocks()[copy.first + index], copy.places[index]);
        }
        drop(table); // a place that is free again is taken by an offload of a later step at the earliest
        return copy.computedTokens;
    }

    /** Lets the table's copy go, if there is one. */
    void drop(BlockTable table) {
        Copy copy = table.copy();
        if (copy != null) {
            for (int place : copy.places) {
                places.give(place);
            }
            table.keep(null);
        }
    }

    /** That exactly the tables' copies have places. Slow; for tests. */
    void check(Iterable<BlockTable> tables) {
        places.check();
        boolean[] held = new boolean[places.blockCount()];
        for (BlockTable table : tables) {
            Copy copy = table.copy();
            if (copy == null) {
                continue;
            }
            for (int place : copy.places) {
                if (places.isFree(place) || held[place]) {
                    throw new AssertionError("place " + place + " is free, or holds two blocks");
                }
                held[place] = true;
            }
        }
        int heldCount = 0;
        for (boolean one : held) {
            heldCount += one ? 1 : 0;
        }
        if (heldCount != count()) {
            throw new AssertionError(count() + " places are taken, and " + heldCount + " are known of");
        }
    }
}
