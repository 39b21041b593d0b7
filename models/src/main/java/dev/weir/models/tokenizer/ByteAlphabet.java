package dev.weir.models.tokenizer;

import java.nio.charset.StandardCharsets;

/** The visible character that stands for each byte in a byte-level vocabulary, as GPT-2 laid it down and every reader expects. */
final class ByteAlphabet {
    private final char[] characters = new char[256];

    ByteAlphabet() {
        int replacement = 256;
        for (int value = 0; value < 256; value++) {
            boolean visible = (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || value >= 0xAE;
            characters[value] = (char) (visible ? value : replacement++);
        }
    }

    char characterOf(int value) {
        return characters[value];
    }

    String spell(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder spelt = new StringBuilder(bytes.length);
        for (byte value : bytes) {
            spelt.append(characters[Byte.toUnsignedInt(value)]);
        }
        return spelt.toString();
    }
}
