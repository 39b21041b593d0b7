package dev.weir.control.routing;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What is known of chunks, by their names' hashes, and which of them are idle, the longest idle first. Outside the heap: at a thousand requests
 * a second thousands of chunks come and go and each lives for many seconds. As objects all of them would be copied by every young
 * collection, and as arrays those that grew, fifteen times, each one's megabytes by one thread that all others wait for.
 *
 * <p>Not thread-safe. Its memory is given back when nobody has it any more.
 */
final class ChunkSlots {
    /** No slot. */
    static final int NONE = -1;

    private static final int FIRST_CAPACITY = 64;

    // A slot: a name, how many tokens, how many hold it, marks, and the idle ones before and after it.
    private static final long SLOT_BYTES = 32;
    private static final long TOKENS_AT = 8;
    private static final long HOLDERS_AT = 16;
    private static final long MARKS_AT = 20;
    private static final long BEFORE_AT = 24;
    private static final long AFTER_AT = 28;

    private int capacity = FIRST_CAPACITY;
    private MemorySegment slots = allocate(FIRST_CAPACITY * SLOT_BYTES);

    /** Slots by the hash of their names, linearly probed, at most half full; one more than the slot, 0 where there is none. */
    private MemorySegment table = allocate(2 * FIRST_CAPACITY * JAVA_INT.byteSize());

    /** Slots that were used once are linked by what comes after them; those from {@link #unused} on never were. */
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
        for (int at = home(name); entry(at) != 0; at = next(at)) {
            if (name(entry(at) - 1) == name) {
                return entry(at) - 1;
            }
        }
        return NONE;
    }

    /** A slot for one that has none. It is not idle, held by nobody, of no tokens and without marks. */
    int add(long name) {
        int slot = take();
        slots.set(JAVA_LONG, at(slot), name);
        tokens(slot, 0);
        holders(slot, 0);
        slots.set(JAVA_INT, at(slot) + MARKS_AT, 0);
        before(slot, NONE);
        after(slot, NONE);
        enter(name, slot);
        count++;
        return slot;
    }

    /** It is forgotten; it must not be idle. */
    void remove(int slot) {
        int mask = 2 * capacity - 1;
        int hole = home(name(slot));
        while (entry(hole) != slot + 1) {
            hole = next(hole);
        }
        // What was pushed behind it by the one that goes moves up, or it would not be found again.
        for (int at = next(hole); entry(at) != 0; at = next(at)) {
            int wanted = home(name(entry(at) - 1));
            if (((at - wanted) & mask) >= ((at - hole) & mask)) {
                entry(hole, entry(at));
                hole = at;
            }
        }
        entry(hole, 0);
        after(slot, freed);
        freed = slot;
        count--;
    }

    private long name(int slot) {
        return slots.get(JAVA_LONG, at(slot));
    }

    double tokens(int slot) {
        return slots.get(JAVA_DOUBLE, at(slot) + TOKENS_AT);
    }

    void tokens(int slot, double so) {
        slots.set(JAVA_DOUBLE, at(slot) + TOKENS_AT, so);
    }

    int holders(int slot) {
        return slots.get(JAVA_INT, at(slot) + HOLDERS_AT);
    }

    void holders(int slot, int so) {
        slots.set(JAVA_INT, at(slot) + HOLDERS_AT, so);
    }

    boolean isMarked(int slot, int mark) {
        return (marks(slot) & mark) != 0;
    }

    void mark(int slot, int mark) {
        slots.set(JAVA_INT, at(slot) + MARKS_AT, marks(slot) | mark);
    }

    private int marks(int slot) {
        return slots.get(JAVA_INT, at(slot) + MARKS_AT);
    }

    private int before(int slot) {
        return slots.get(JAVA_INT, at(slot) + BEFORE_AT);
    }

    private void before(int slot, int so) {
        slots.set(JAVA_INT, at(slot) + BEFORE_AT, so);
    }

    private int after(int slot) {
        return slots.get(JAVA_INT, at(slot) + AFTER_AT);
    }

    private void after(int slot, int so) {
        slots.set(JAVA_INT, at(slot) + AFTER_AT, so);
    }

    /** The one that has been idle for longest, or {@link #NONE}. */
    int oldestIdle() {
        return oldest;
    }

    /** The one that became idle behind it, or {@link #NONE}. */
    int nextIdle(int slot) {
        return after(slot);
    }

    void becomesIdle(int slot) {
        before(slot, newest);
        after(slot, NONE);
        if (newest == NONE) {
            oldest = slot;
        } else {
            after(newest, slot);
        }
        newest = slot;
    }

    void isIdleNoLonger(int slot) {
        int before = before(slot);
        int after = after(slot);
        if (before == NONE) {
            oldest = after;
        } else {
            after(before, after);
        }
        if (after == NONE) {
            newest = before;
        } else {
            before(after, before);
        }
        before(slot, NONE);
        after(slot, NONE);
    }

    private int take() {
        if (freed != NONE) {
            int slot = freed;
            freed = after(slot);
            return slot;
        }
        if (unused == capacity) {
            grow();
        }
        return unused++;
    }

    /** By the high bits of a product, which all bits of a name have a part in (Knuth, TAOCP 6.4). */
    private int home(long name) {
        int folded = (int) (name ^ (name >>> Integer.SIZE));
        return (folded * 0x9E3779B9) >>> Integer.numberOfLeadingZeros(capacity);
    }

    private int next(int at) {
        return (at + 1) & (2 * capacity - 1);
    }

    private int entry(int at) {
        return table.getAtIndex(JAVA_INT, at);
    }

    private void entry(int at, int so) {
        table.setAtIndex(JAVA_INT, at, so);
    }

    private void enter(long name, int slot) {
        int at = home(name);
        while (entry(at) != 0) {
            at = next(at);
        }
        entry(at, slot + 1);
    }

    private void grow() {
        MemorySegment before = slots;
        capacity *= 2;
        slots = allocate(capacity * SLOT_BYTES).copyFrom(before);
        table = allocate(2L * capacity * JAVA_INT.byteSize());
        for (int slot = 0; slot < unused; slot++) {
            enter(name(slot), slot); // all are used: it grows only where none is free
        }
    }

    private static long at(int slot) {
        return slot * SLOT_BYTES;
    }

    /** Of zeroes. */
    private static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate(bytes, SLOT_BYTES);
    }
}
