package dev.weir.engine.tokenization;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** How a vocabulary spells bytes: the decoder of {@code tokenizer.json}, as far as it works token by token. */
sealed interface TokenDecoding {

    /** The bytes of a token spelled so. */
    byte[] bytes(String spelling);

    /** What happens to spaces where a text begins. */
    TextStart textStart();

    /** The GPT-2 alphabet: each byte is one printable character. */
    record ByteLevel() implements TokenDecoding {

        private static final int[] BYTES_BY_CHARACTER = bytesByCharacter();

        /** Printable bytes stand for themselves; the others, in order, for the characters from U+0100 on. */
        private static int[] bytesByCharacter() {
            int[] bytes = new int[0x144];
            Arrays.fill(bytes, -1);
            int next = 0x100;
            for (int value = 0; value < 0x100; value++) {
                boolean printable = (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xFF && value != 0xAD);
                bytes[printable ? value : next++] = value;
            }
            return bytes;
        }

        /** A spelling with any other character (an added token's) is its own text. */
        @Override
        public byte[] bytes(String spelling) {
            byte[] bytes = new byte[spelling.length()];
            for (int i = 0; i < bytes.length; i++) {
                char c = spelling.charAt(i);
                int value = c < BYTES_BY_CHARACTER.length ? BYTES_BY_CHARACTER[c] : -1;
                if (value < 0) {
                    return spelling.getBytes(StandardCharsets.UTF_8);
                }
                bytes[i] = (byte) value;
            }
            return bytes;
        }

        @Override
        public TextStart textStart() {
            return TextStart.KEPT;
        }
    }

    /**
     * SentencePiece's: text with a mark for the space, and with {@code byteFallback} tokens like {@code <0xE2>} for single bytes.
     *
     * @param replacements what stands for what in spellings, in order
     */
    record Marked(List<Replacement> replacements, boolean byteFallback, TextStart textStart) implements TokenDecoding {

        private static final int BYTE_SPELLING_CHARS = 6;

        public Marked {
            replacements = List.copyOf(replacements);
        }

        @Override
        public byte[] bytes(String spelling) {
            if (byteFallback && isByte(spelling)) {
                return new byte[] {(byte) Integer.parseInt(spelling, 3, 5, 16)};
            }
            String text = spelling;
            for (Replacement replacement : replacements) {
                text = text.replace(replacement.mark(), replacement.text());
            }
            return text.getBytes(StandardCharsets.UTF_8);
        }

        private static boolean isByte(String spelling) {
            return spelling.length() == BYTE_SPELLING_CHARS
                    && spelling.startsWith("<0x")
                    && spelling.endsWith(">")
                    && Character.digit(spelling.charAt(3), 16) >= 0
                    && Character.digit(spelling.charAt(4), 16) >= 0;
        }
    }

    /** A mark in spellings and the text that it stands for. */
    record Replacement(String mark, String text) {}

    /** What a decoder takes away where a text begins: tokenizers that put a space before every text take it off again. */
    enum TextStart {
        /** Nothing. */
        KEPT,
        /** One leading space. */
        WITHOUT_SPACE,
        /** Every space of the first token. */
        FIRST_TOKEN_WITHOUT_SPACES
    }
}
