package dev.weir.control.completion;

/** Sums and products of what is not negative. What is more than a number can say is the largest one, never a small or a negative one. */
public final class Saturating {
    private Saturating() {}

    public static long sum(long one, long other) {
        return other > Long.MAX_VALUE - one ? Long.MAX_VALUE : one + other;
    }

    public static long product(long one, long other) {
        return one > 0 && other > Long.MAX_VALUE / one ? Long.MAX_VALUE : one * other;
    }
}
