package dev.weir.engine.sampling.constraint.automaton;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A set of stacks: for each symbol that is on top of any of them, what lies below it, which is again such a set. Stacks that end alike share
 * their ends, so many possibilities take little room. Made by {@link StacksTable} only, where equal sets are one object.
 *
 * <p>A symbol is a state of the automaton with the count of its rule: {@code count << 32 | state}.
 */
final class Stacks {

    private final long[] symbols;
    private final Stacks[] tails;
    private final boolean withEmpty;
    private final int depthMax;
    private final int hash;
    /** What the text may go on with when the rules on top have ended; found when it is first needed. */
    private @Nullable Configuration popped;

    /**
     * A set of stacks.
     *
     * @param symbols ascending
     * @param tails for each symbol
     * @param withEmpty whether the stack without symbols is in the set
     */
    Stacks(long[] symbols, Stacks[] tails, boolean withEmpty) {
        this.symbols = symbols;
        this.tails = tails;
        this.withEmpty = withEmpty;
        int depth = 0;
        int mixed = Boolean.hashCode(withEmpty);
        for (int i = 0; i < symbols.length; i++) {
            depth = Math.max(depth, tails[i].depthMax + 1);
            mixed = 31 * (31 * mixed + Long.hashCode(symbols[i])) + System.identityHashCode(tails[i]);
        }
        depthMax = depth;
        hash = mixed;
    }

    int size() {
        return symbols.length;
    }

    long symbol(int index) {
        return symbols[index];
    }

    Stacks tail(int index) {
        return tails[index];
    }

    boolean withEmpty() {
        return withEmpty;
    }

    /** Symbols of the tallest stack. */
    int depthMax() {
        return depthMax;
    }

    @Nullable
    Configuration popped() {
        return popped;
    }

    void popped(Configuration configuration) {
        popped = configuration;
    }

    static long symbol(State state, int count) {
        return (long) count << 32 | state.id();
    }

    static int stateId(long symbol) {
        return (int) symbol;
    }

    static int count(long symbol) {
        return (int) (symbol >>> 32);
    }

    /** Equal when they say the same of the same tails: tails are compared as objects. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Stacks that
                && hash == that.hash
                && withEmpty == that.withEmpty
                && Arrays.equals(symbols, that.symbols)
                && sameTails(that);
    }

    @SuppressWarnings("ReferenceEquality") // equal sets are one object
    private boolean sameTails(Stacks that) {
        for (int i = 0; i < tails.length; i++) {
            if (tails[i] != that.tails[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
