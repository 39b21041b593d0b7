package dev.weir.engine.sampling.constraint.grammar;

/** A set of byte values, as four words of bits. */
public record ByteSet(long bits0, long bits1, long bits2, long bits3) {

    public static final ByteSet NONE = new ByteSet(0, 0, 0, 0);
    public static final ByteSet ALL = new ByteSet(-1, -1, -1, -1);

    public static ByteSet of(int value) {
        return range(value, value);
    }

    /** All values from {@code first} to {@code last}, both included. */
    public static ByteSet range(int first, int last) {
        return new ByteSet(word(0, first, last), word(1, first, last), word(2, first, last), word(3, first, last));
    }

    private static long word(int index, int first, int last) {
        int from = Math.max(first - 64 * index, 0);
        int to = Math.min(last - 64 * index, 63);
        return from > to ? 0 : (-1L >>> (63 - (to - from))) << from;
    }

    /** Whether it holds a value from 0 to 255. */
    public boolean contains(int value) {
        long word = switch (value >>> 6) {
            case 0 -> bits0;
            case 1 -> bits1;
            case 2 -> bits2;
            default -> bits3;
        };
        return (word >>> value & 1) != 0;
    }

    public ByteSet and(ByteSet other) {
        return new ByteSet(bits0 & other.bits0, bits1 & other.bits1, bits2 & other.bits2, bits3 & other.bits3);
    }

    public ByteSet or(ByteSet other) {
        return new ByteSet(bits0 | other.bits0, bits1 | other.bits1, bits2 | other.bits2, bits3 | other.bits3);
    }

    public boolean isEmpty() {
        return (bits0 | bits1 | bits2 | bits3) == 0;
    }

    public int size() {
        return Long.bitCount(bits0) + Long.bitCount(bits1) + Long.bitCount(bits2) + Long.bitCount(bits3);
    }

    /** The smallest value of a set that is not empty. */
    public int first() {
        int value = 0;
        while (!contains(value)) {
            value++;
        }
        return value;
    }
}
