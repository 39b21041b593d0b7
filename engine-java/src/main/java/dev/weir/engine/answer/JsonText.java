package dev.weir.engine.answer;

/** A JSON string that comes a character at a time, and the text that it stands for. */
final class JsonText {

    /** What a character is to the string. */
    enum Reading {
        INSIDE,
        END,
        /** An escape that JSON does not know. */
        BROKEN
    }

    private static final int HEX_DIGITS = 4;

    private final StringBuilder text = new StringBuilder();
    private boolean escaped;
    private int hexDigitsLeft;
    private int codeUnit;

    /** Begins anew, behind the opening quote. */
    void reset() {
        text.setLength(0);
        escaped = false;
        hexDigitsLeft = 0;
    }

    Reading read(char character) {
        if (hexDigitsLeft > 0) {
            return hexDigit(Character.digit(character, 16));
        }
        if (escaped) {
            escaped = false;
            return escape(character);
        }
        switch (character) {
            case '"' -> {
                return Reading.END;
            }
            case '\\' -> escaped = true;
            default -> text.append(character);
        }
        return Reading.INSIDE;
    }

    private Reading hexDigit(int digit) {
        if (digit < 0) {
            return Reading.BROKEN;
        }
        codeUnit = (codeUnit << 4) | digit;
        if (--hexDigitsLeft == 0) {
            text.append((char) codeUnit);
        }
        return Reading.INSIDE;
    }

    private Reading escape(char character) {
        switch (character) {
            case '"', '\\', '/' -> text.append(character);
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'n' -> text.append('\n');
            case 'r' -> text.append('\r');
            case 't' -> text.append('\t');
            case 'u' -> {
                hexDigitsLeft = HEX_DIGITS;
                codeUnit = 0;
            }
            default -> {
                return Reading.BROKEN;
            }
        }
        return Reading.INSIDE;
    }

    /** What the string says so far. */
    StringBuilder text() {
        return text;
    }

    /** The text as the inside of a JSON string. */
    static void escape(CharSequence text, StringBuilder into) {
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            switch (character) {
                case '"' -> into.append("\\\"");
                case '\\' -> into.append("\\\\");
                case '\n' -> into.append("\\n");
                case '\r' -> into.append("\\r");
                case '\t' -> into.append("\\t");
                default -> {
                    if (character < ' ') {
                        into.append("\\u%04x".formatted((int) character));
                    } else {
                        into.append(character);
                    }
                }
            }
        }
    }
}
