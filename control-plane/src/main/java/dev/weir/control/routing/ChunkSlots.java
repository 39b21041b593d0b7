package dev.weir.control.routing;

import java.util.Arrays;

/**
 * What is known of chunks, by their names' hashes, and which of them are idle, the longest idle first. In arrays and not in objects: at a
 * thousand requests a second thousands of chunks come and go, each lives for many seconds, and as objects all of them would be copied by
 * every young collection, which was most of what those took.
 *
 * <p>Not thread-safe.
 */
final class ChunkSlots {
    /** No slot. */
    static final int NONE = -1;

    private static final int FIRST_CAPACITY = 64;

    /** Slots by the hash of their names, linearly probed, at most half full; one more than the slot, 0 where there is none. */
    private int[] table = new int[2 * FIRST_CAPACITY];

    private long[] names = new long[FIRST_CAPACITY];
    private double[] tokens = new double[FIRST_CAPACITY];
    private int[] holders = new int[FIRST_CAPACITY];
    private byte[] marks = new byte[FIRST_CAPACITY];
    private int[] before = new int[FIRST_CAPACITY];
    private int[] after = new int[FIRST_CAPACITY];

    /** Slots that were used once are linked by {@link #after}; those from here on never were. */
    private int freed = NONE;

    private int unused;
    private int count;
    private int oldest = NONE;
    private int newest = NONE;

    int count() {
        return count;
    }

    /** Where it is, or {@link #NONE}. */
    int find(long name) {
        for (int at = home(name); table[at] != 0; at = (at + 1) & (table.length - 1)) {
            if (names[table[at] - 1] == name) {
                return table[at] - 1;
            }
        }
        return NONE;
    }

    /** A slot for one that has none. It is not idle, held by nobody, of no tokens and without marks. */
    int add(long name) {
        int slot = take();
        names[slot] = name;
        tokens[slot] = 0;
        holders[slot] = 0;
        marks[slot] = 0;
        before[slot] = NONE;
        after[slot] = NONE;
        enter(name, slot);
        count++;
        return slot;
    }

    /** It is forgotten; it must not be idle. */
    void remove(int slot) {
        int mask = table.length - 1;
        int hole = home(names[slot]);
        while (table[hole] != slot + 1) {
            hole = (hole + 1) & mask;
        }
        // What was pushed behind it by the one that goes moves up, or it would not be found again.
        for (int at = (hole + 1) & mask; table[at] != 0; at = (at + 1) & mask) {
            int wanted = home(names[table[at] - 1]);
            if (((at - wanted) & mask) >= ((at - hole) & mask)) {
                table[hole] = table[at];
                hole = at;
            }
        }
        table[hole] = 0;
        after[slot] = freed;
        freed = slot;
        count--;
    }

    double tokens(int slot) {
        return tokens[slot];
    }

    void tokens(int slot, double so) {
        tokens[slot] = so;
    }

    int holders(int slot) {
        return holders[slot];
    }

    void holders(int slot, int so) {
        holders[slot] = so;
    }

    boolean isMarked(int slot, int mark) {
        return (marks[slot] & mark) != 0;
    }

    void mark(int slot, int mark) {
        marks[slot] |= (byte) mark;
    }

    /** The one that has been idle for longest, or {@link #NONE}. */
    int oldestIdle() {
        return oldest;
    }

    /** The one that became idle behind it, or {@link #NONE}. */
    int nextIdle(int slot) {
        return after[slot];
    }

    void becomesIdle(int slot) {
        before[slot] = newest;
        after[slot] = NONE;
        if (newest == NONE) {
            oldest = slot;
        } else {
            after[newest] = slot;
        }
        newest = slot;
    }

    void isIdleNoLonger(int slot) {
        if (before[slot] == NONE) {
            oldest = after[slot];
        } else {
            after[before[slot]] = after[slot];
        }
        if (after[slot] == NONE) {
            newest = before[slot];
        } else {
            before[after[slot]] = before[slot];
        }
        before[slot] = NONE;
        after[slot] = NONE;
    }

    private int take() {
        if (freed != NONE) {
            int slot = freed;
            freed = after[slot];
            return slot;
        }
        if (unused == names.length) {
            grow();
        }
        return unused++;
    }

    /** By the high bits of a product, which all bits of a name have a part in (Knuth, TAOCP 6.4). */
    private int home(long name) {
        int folded = (int) (name ^ (name >>> Integer.SIZE));
        return (folded * 0x9E3779B9) >>> (Integer.numberOfLeadingZeros(table.length) + 1);
    }

    private void enter(long name, int slot) {
        int at = home(name);
        while (table[at] != 0) {
            at = (at + 1) & (table.length - 1);
        }
        table[at] = slot + 1;
    }

    private void grow() {
        int capacity = 2 * names.length;
        names = Arrays.copyOf(names, capacity);
        tokens = Arrays.copyOf(tokens, capacity);
        holders = Arrays.copyOf(holders, capacity);
        marks = Arrays.copyOf(marks, capacity);
        before = Arrays.copyOf(before, capacity);
        after = Arrays.copyOf(after, capacity);
        table = new int[2 * capacity];
        for (int slot = 0; slot < unused; slot++) {
            enter(names[slot], slot); // all are used: it grows only where none is free
        }
    }
}
