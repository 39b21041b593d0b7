package dev.weir.engine.kvcache;

/**
 * What has to move before a step is computed: all of {@link #offloads}, which read blocks that the step writes anew, and then all of
 * {@link #restores}.
 *
 * @param offloads from blocks to places
 * @param restores from places to blocks
 */
public record KvMoves(BlockMoves offloads, BlockMoves restores) {

    /** None. */
    public KvMoves() {
        this(new BlockMoves(), new BlockMoves());
    }

    void clear() {
        offloads.clear();
        restores.clear();
    }

    public int count() {
        return offloads.count() + restores.count();
    }
}
