package dev.weir.engine.sampling.constraint.automaton;

import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import dev.weir.engine.sampling.constraint.grammar.CodePoints;
import dev.weir.engine.sampling.constraint.grammar.CodePoints.Range;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of sets of characters. A range is cut where its encodings differ in more than their last bytes: each piece is a sequence of byte
 * ranges.
 */
final class Utf8 {

    private static final int[] LENGTH_LASTS = {0x7F, 0x7FF, 0xFFFF, Character.MAX_CODE_POINT};

    /** Takes a piece: one set for each byte. */
    @FunctionalInterface
    interface Piece {
        void add(ByteSet[] bytes);
    }

    private Utf8() {}

    static void pieces(CodePoints set, Piece to) {
        for (Range range : set.ranges()) {
            int first = range.first();
            for (int lengthLast : LENGTH_LASTS) {
                if (first <= lengthLast && first <= range.last()) {
                    int last = Math.min(lengthLast, range.last());
                    sameLength(first, last, to);
                    first = last + 1;
                }
            }
        }
    }

    /** Cuts a range of encodings of one length so that in each piece all bytes after the first different one are free. */
    private static void sameLength(int first, int last, Piece to) {
        for (int bits = 6; bits <= 18; bits += 6) {
            int mask = (1 << bits) - 1;
            if ((first & ~mask) == (last & ~mask)) {
                break; // differ in the lower bits only, which a shorter cut has dealt with
            }
            if ((first & mask) != 0) {
                sameLength(first, first | mask, to);
                sameLength((first | mask) + 1, last, to);
                return;
            }
            if ((last & mask) != mask) {
                sameLength(first, (last & ~mask) - 1, to);
                sameLength(last & ~mask, last, to);
                return;
            }
        }
        byte[] from = encoded(first);
        byte[] until = encoded(last);
        ByteSet[] bytes = new ByteSet[from.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = ByteSet.range(from[i] & 0xFF, until[i] & 0xFF);
        }
        to.add(bytes);
    }

    private static byte[] encoded(int codePoint) {
        return Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
    }
}
