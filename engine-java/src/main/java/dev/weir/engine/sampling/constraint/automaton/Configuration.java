package dev.weir.engine.sampling.constraint.automaton;

import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import org.jspecify.annotations.Nullable;

/** Everything that the text so far may be the beginning of; where it leads is filled in as it is asked for. */
final class Configuration {

    private static final int CHUNK_BITS = 4;
    private static final int CHUNK = 1 << CHUNK_BITS;

    private final Stacks stacks;
    private final ByteSet live;
    /** By the byte's upper half, then by its lower half. */
    private final @Nullable Configuration[] @Nullable [] next = new Configuration[256 >> CHUNK_BITS][];

    /**
     * A configuration.
     *
     * @param stacks each with a state on top that reads a byte
     * @param live the bytes that any of them reads
     */
    Configuration(Stacks stacks, ByteSet live) {
        this.stacks = stacks;
        this.live = live;
    }

    Stacks stacks() {
        return stacks;
    }

    /** Bytes with which the text can go on. */
    ByteSet live() {
        return live;
    }

    /** Whether the text may end here. */
    boolean mayEnd() {
        return stacks.withEmpty();
    }

    /** Whether any byte can follow. */
    boolean canGoOn() {
        return stacks.size() > 0;
    }

    /** Whether the text that led here is not allowed. */
    boolean isDead() {
        return !canGoOn() && !mayEnd();
    }

    /** Where a live byte leads; null where nobody has asked yet. */
    @Nullable
    Configuration known(int value) {
        @Nullable Configuration[] chunk = next[value >> CHUNK_BITS];
        return chunk == null ? null : chunk[value & CHUNK - 1];
    }

    void learn(int value, Configuration to) {
        @Nullable Configuration[] chunk = next[value >> CHUNK_BITS];
        if (chunk == null) {
            chunk = new Configuration[CHUNK];
            next[value >> CHUNK_BITS] = chunk;
        }
        chunk[value & CHUNK - 1] = to;
    }
}
