package dev.weir.engine.sampling.constraint.regex;

import dev.weir.engine.sampling.constraint.ConstraintException;

/** A pattern while it is read, character by character. */
final class RegexText {

    private final String pattern;
    private int position;

    RegexText(String pattern) {
        this.pattern = pattern;
    }

    boolean atEnd() {
        return position == pattern.length();
    }

    int peek() {
        if (atEnd()) {
            throw refuse("it ends too early");
        }
        return pattern.codePointAt(position);
    }

    int next() {
        int c = peek();
        position += Character.charCount(c);
        return c;
    }

    boolean skip(char expected) {
        boolean there = !atEnd() && pattern.charAt(position) == expected;
        if (there) {
            position++;
        }
        return there;
    }

    boolean startsWith(String text) {
        return pattern.startsWith(text, position);
    }

    /** Whether the brace here begins a count; otherwise it is a character like any other. */
    boolean bracesCount() {
        int at = digitsEnd(position + 1);
        if (at == position + 1) {
            return false;
        }
        if (at < pattern.length() && pattern.charAt(at) == ',') {
            at = digitsEnd(at + 1);
        }
        return at < pattern.length() && pattern.charAt(at) == '}';
    }

    private int digitsEnd(int from) {
        int at = from;
        while (at < pattern.length() && pattern.charAt(at) >= '0' && pattern.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    int number(int max) {
        long value = 0;
        while (!atEnd() && peek() >= '0' && peek() <= '9') {
            value = 10 * value + (next() - '0');
            if (value > max) {
                throw refuse("a repetition has a bound of more than " + max);
            }
        }
        return (int) value;
    }

    /** A character by exactly {@code digits} hexadecimal digits. */
    int hexadecimal(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = atEnd() ? -1 : Character.digit(next(), 16);
            if (digit < 0) {
                throw refuse("an escape needs " + digits + " hexadecimal digits");
            }
            value = 16 * value + digit;
        }
        return value;
    }

    ConstraintException refuse(String reason) {
        return new ConstraintException("the regular expression is refused at character " + position + ": " + reason);
    }
}
