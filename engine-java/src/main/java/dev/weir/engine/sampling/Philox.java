package dev.weir.engine.sampling;

/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), the counter-based generator behind every draw:
 * a number depends on (seed, position) alone, so nothing is carried from draw to draw and a resumed stream draws what it would have
 * drawn.
 */
final class Philox {

    private static final int ROUNDS = 10;
    private static final int MULTIPLIER_0 = 0xd2511f53;
    private static final int MULTIPLIER_1 = 0xcd9e8d57;
    private static final int WEYL_0 = 0x9e3779b9; // the golden ratio
    private static final int WEYL_1 = 0xbb67ae85; // the square root of 3, less 1

    private Philox() {}

    /** A number in [0, 1) with 24 bits: of the four words made from counter {@code position} and key {@code seed}, the first one's top. */
    static float uniform(long seed, long position) {
        int word = words((int) position, (int) (position >>> 32), 0, 0, (int) seed, (int) (seed >>> 32))[0];
        return (word >>> 8) * 0x1p-24f;
    }

    static int[] words(int counter0, int counter1, int counter2, int counter3, int key0, int key1) {
        int[] words = {counter0, counter1, counter2, counter3};
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = Integer.toUnsignedLong(MULTIPLIER_0) * Integer.toUnsignedLong(words[0]);
            long product1 = Integer.toUnsignedLong(MULTIPLIER_1) * Integer.toUnsignedLong(words[2]);
            words[0] = (int) (product1 >>> 32) ^ words[1] ^ (key0 + round * WEYL_0);
            words[2] = (int) (product0 >>> 32) ^ words[3] ^ (key1 + round * WEYL_1);
            words[1] = (int) product1;
            words[3] = (int) product0;
        }
        return words;
    }
}
