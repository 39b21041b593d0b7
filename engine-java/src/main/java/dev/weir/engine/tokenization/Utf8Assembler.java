package dev.weir.engine.tokenization;

/**
 * Makes characters of bytes that come in pieces. Bytes that are no UTF-8 become U+FFFD, one for each longest run that could have begun a
 * character (Unicode's recommended practice, and what the tokenizers library does); a character is put out with its last byte.
 */
final class Utf8Assembler {

    private static final char REPLACEMENT = '\uFFFD';

    /** Bits of the character begun; meaningful while {@code missing > 0}. */
    private int codePoint;
    /** Continuation bytes still to come. */
    private int missing;
    /** The range of the next continuation byte: narrower after E0, ED, F0 and F4, which bars overlong forms and surrogates. */
    private int lowest;

    private int highest;

    void append(byte next, StringBuilder out) {
        int value = next & 0xff;
        if (missing > 0) {
            if (value >= lowest && value <= highest) {
                continueWith(value, out);
                return;
            }
            out.append(REPLACEMENT);
            missing = 0;
        }
        begin(value, out);
    }

    /** No more bytes follow. */
    void flush(StringBuilder out) {
        if (missing > 0) {
            out.append(REPLACEMENT);
            missing = 0;
        }
    }

    private void begin(int value, StringBuilder out) {
        if (value < 0x80) {
            out.append((char) value);
        } else if (value >= 0xC2 && value <= 0xDF) {
            expect(1, value & 0x1f, 0x80, 0xBF);
        } else if (value >= 0xE0 && value <= 0xEF) {
            expect(2, value & 0x0f, value == 0xE0 ? 0xA0 : 0x80, value == 0xED ? 0x9F : 0xBF);
        } else if (value >= 0xF0 && value <= 0xF4) {
            expect(3, value & 0x07, value == 0xF0 ? 0x90 : 0x80, value == 0xF4 ? 0x8F : 0xBF);
        } else {
            out.append(REPLACEMENT);
        }
    }

    private void expect(int continuationBytes, int bits, int lowest, int highest) {
        this.missing = continuationBytes;
        this.codePoint = bits;
        this.lowest = lowest;
        this.highest = highest;
    }

    private void continueWith(int value, StringBuilder out) {
        codePoint = codePoint << 6 | (value & 0x3f);
        lowest = 0x80;
        highest = 0xBF;
        if (--missing == 0) {
            out.appendCodePoint(codePoint);
        }
    }
}
