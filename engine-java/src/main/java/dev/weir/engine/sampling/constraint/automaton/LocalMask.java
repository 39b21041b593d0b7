package dev.weir.engine.sampling.constraint.automaton;

/**
 * What one state of the automaton says of every token, whatever lies below it on the stack.
 *
 * @param words bits of the tokens that are allowed in any case, where they are many; empty where they are few
 * @param few the ids of these tokens, where they are few
 * @param exits nodes of the tree that tokens pass after the state's rule has ended: what is below on the stack decides
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never written, seen by this package only
record LocalMask(long[] words, int[] few, int[] exits) {

    private static final long[] NO_WORDS = {};
    private static final int[] NONE = {};

    static LocalMask of(long[] bits, int[] exits) {
        int count = 0;
        for (long word : bits) {
            count += Long.bitCount(word);
        }
        if (count > bits.length) { // as bytes: twice as many ids as words
            return new LocalMask(bits, NONE, exits);
        }
        int[] few = new int[count];
        int size = 0;
        for (int i = 0; i < bits.length; i++) {
            for (long rest = bits[i]; rest != 0; rest &= rest - 1) {
                few[size++] = 64 * i + Long.numberOfTrailingZeros(rest);
            }
        }
        return new LocalMask(NO_WORDS, few, exits);
    }

    void addTo(long[] bits) {
        for (int i = 0; i < words.length; i++) {
            bits[i] |= words[i];
        }
        for (int token : few) {
            bits[token >> 6] |= 1L << token;
        }
    }

    long sizeBytes() {
        return 64 + 8L * words.length + 4L * few.length + 4L * exits.length;
    }
}
