package dev.weir.engine.sampling.constraint.grammar;

import dev.weir.engine.sampling.constraint.ConstraintException;

/** A grammar while it is read. */
final class GbnfText {

    private final String source;
    private int position;

    GbnfText(String source) {
        this.source = source.replace("\r\n", "\n").replace('\r', '\n');
    }

    boolean atEnd() {
        return position == source.length();
    }

    char peek() {
        if (atEnd()) {
            throw refuse("the grammar ends too early");
        }
        return source.charAt(position);
    }

    boolean startsWith(String text) {
        return source.startsWith(text, position);
    }

    boolean skip(char expected) {
        boolean there = !atEnd() && source.charAt(position) == expected;
        if (there) {
            position++;
        }
        return there;
    }

    void expect(String text) {
        if (!startsWith(text)) {
            throw refuse("\"" + text + "\" is missing");
        }
        position += text.length();
    }

    /** Spaces and comments; line ends too where {@code lines} says so. */
    void skipSpace(boolean lines) {
        while (!atEnd()) {
            char c = source.charAt(position);
            if (c == '#') {
                int end = source.indexOf('\n', position);
                position = end < 0 ? source.length() : end;
            } else if (c == ' ' || c == '\t' || (lines && c == '\n')) {
                position++;
            } else {
                return;
            }
        }
    }

    String name() {
        int start = position;
        while (!atEnd() && isNameCharacter(source.charAt(position))) {
            position++;
        }
        if (start == position) {
            throw refuse(atEnd() ? "a name is missing" : "unexpected \"" + source.charAt(position) + "\"");
        }
        return source.substring(start, position);
    }

    private static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    int number(int max) {
        int start = position;
        long value = 0;
        while (!atEnd() && peek() >= '0' && peek() <= '9') {
            value = 10 * value + (source.charAt(position++) - '0');
            if (value > max) {
                throw refuse("a repetition has a bound of more than " + max);
            }
        }
        if (start == position) {
            throw refuse("a number is missing");
        }
        return (int) value;
    }

    /** A character of a literal or of a class. */
    int character(String where) {
        if (atEnd()) {
            throw refuse(where + " is not closed");
        }
        int c = source.codePointAt(position);
        position += Character.charCount(c);
        if (c != '\\') {
            return c;
        }
        if (atEnd()) {
            throw refuse(where + " is not closed");
        }
        char escape = source.charAt(position++);
        return switch (escape) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case '\\', '"', '[', ']', '-', '^' -> escape;
            case 'x' -> hexadecimal(2);
            case 'u' -> hexadecimal(4);
            case 'U' -> hexadecimal(8);
            default -> throw refuse("the escape \\" + escape + " is not known");
        };
    }

    private int hexadecimal(int digits) {
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = atEnd() ? -1 : Character.digit(source.charAt(position++), 16);
            if (digit < 0) {
                throw refuse("an escape needs " + digits + " hexadecimal digits");
            }
            value = 16 * value + digit;
        }
        if (value > Character.MAX_CODE_POINT || (value >= 0xD800 && value <= 0xDFFF)) {
            throw refuse("an escape names no character");
        }
        return (int) value;
    }

    ConstraintException refuse(String reason) {
        long line =
                1 + source.substring(0, position).chars().filter(c -> c == '\n').count();
        return new ConstraintException("the grammar is refused in line " + line + ": " + reason);
    }
}
