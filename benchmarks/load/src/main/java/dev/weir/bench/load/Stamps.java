package dev.weir.bench.load;

import java.util.Arrays;

/** When the pieces of an answer came, in order: a list of longs that grows to a limit. */
public final class Stamps {
    /** Far more than any answer has pieces. */
    static final int COUNT_MAX = 1 << 20;

    private long[] nanos = new long[16];
    private int count;

    /** Notes that a piece came. */
    public void add(long atNanos) {
        if (count == COUNT_MAX) {
            throw new IllegalStateException("an answer came in more than " + COUNT_MAX + " pieces");
        }
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = atNanos;
    }

    public int count() {
        return count;
    }

    public long get(int index) {
        if (index >= count) {
            throw new IndexOutOfBoundsException("piece " + index + " of " + count);
        }
        return nanos[index];
    }

    public long first() {
        return get(0);
    }

    public long last() {
        return get(count - 1);
    }
}
