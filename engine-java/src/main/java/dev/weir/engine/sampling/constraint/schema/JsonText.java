package dev.weir.engine.sampling.constraint.schema;

import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import dev.weir.engine.sampling.constraint.grammar.CodePoints;
import dev.weir.engine.sampling.constraint.grammar.CodePoints.Range;
import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Expression.Bytes;
import dev.weir.engine.sampling.constraint.grammar.Expression.Characters;
import dev.weir.engine.sampling.constraint.grammar.Expression.Repeat;
import java.util.ArrayList;
import java.util.List;

/** How JSON is written: the spelling of characters and numbers, and where white space may stand. */
final class JsonText {

    /** Blanks after a line's beginning: an indentation. */
    private static final int INDENT_MAX = 40;

    /** Digits before and after the point, and of the exponent: what a 64-bit integer and a double can hold. */
    static final int DIGITS_MAX = 18;

    private static final int EXPONENT_DIGITS_MAX = 2;

    private static final CodePoints CONTROL = CodePoints.range(0, 0x1F);
    private static final CodePoints ESCAPED = CONTROL.or(CodePoints.anyOf("\"\\"));
    private static final String SHORT = "\"\\\b\f\n\r\t";
    private static final String SHORT_LETTERS = "\"\\bfnrt";

    static final Expression QUOTE = Expression.literal("\"");

    private static final ByteSet DIGIT_BYTES = ByteSet.range('0', '9');
    static final Expression DIGIT = new Bytes(DIGIT_BYTES);
    static final Expression DIGIT_NOT_ZERO = new Bytes(ByteSet.range('1', '9'));

    private static final Expression HEX =
            new Bytes(DIGIT_BYTES.or(ByteSet.range('a', 'f')).or(ByteSet.range('A', 'F')));

    private JsonText() {}

    /** Nothing, a space, or a new line with its indentation. */
    static Expression whitespace() {
        Expression blank = new Bytes(ByteSet.of(' ').or(ByteSet.of('\t')));
        return Expression.choice(
                Expression.EMPTY,
                Expression.literal(" "),
                Expression.sequence(Expression.literal("\n"), new Repeat(blank, 0, INDENT_MAX)));
    }

    /** The characters of a set, each in the one spelling that needs the least. */
    static Expression plain(CodePoints set) {
        List<Expression> spellings = new ArrayList<>();
        spellings.add(new Characters(set.minus(ESCAPED)));
        Expression escapes = escapes(set.and(ESCAPED));
        if (!Expression.NOTHING.equals(escapes)) {
            spellings.add(Expression.sequence(Expression.literal("\\"), escapes));
        }
        return Expression.choice(spellings);
    }

    private static Expression escapes(CodePoints set) {
        ByteSet letters = ByteSet.NONE;
        List<Expression> codes = new ArrayList<>();
        for (Range range : set.ranges()) {
            for (int c = range.first(); c <= range.last(); c++) {
                int index = SHORT.indexOf(c);
                if (index >= 0) {
                    letters = letters.or(ByteSet.of(SHORT_LETTERS.charAt(index)));
                } else {
                    ByteSet last = ByteSet.of(Character.forDigit(c & 15, 16))
                            .or(ByteSet.of(Character.toUpperCase(Character.forDigit(c & 15, 16))));
                    codes.add(Expression.sequence(Expression.literal(c < 16 ? "u000" : "u001"), new Bytes(last)));
                }
            }
        }
        if (!letters.isEmpty()) {
            codes.addFirst(new Bytes(letters));
        }
        return new Expression.Choice(codes);
    }

    /** Any character in any spelling that JSON knows; half a surrogate pair is none. */
    static Expression anyCharacter() {
        Expression notSurrogate = Expression.choice(
                Expression.sequence(
                        new Bytes(DIGIT_BYTES
                                .or(ByteSet.range('a', 'c'))
                                .or(ByteSet.range('A', 'C'))
                                .or(ByteSet.range('e', 'f'))
                                .or(ByteSet.range('E', 'F'))),
                        times(HEX, 3)),
                Expression.sequence(d(), new Bytes(ByteSet.range('0', '7')), times(HEX, 2)));
        Expression pair = Expression.sequence(
                d(),
                new Bytes(ByteSet.range('8', '9').or(ByteSet.range('a', 'b')).or(ByteSet.range('A', 'B'))),
                times(HEX, 2),
                Expression.literal("\\u"),
                d(),
                new Bytes(ByteSet.range('c', 'f').or(ByteSet.range('C', 'F'))),
                times(HEX, 2));
        ByteSet letters = ByteSet.of('/');
        for (int i = 0; i < SHORT_LETTERS.length(); i++) {
            letters = letters.or(ByteSet.of(SHORT_LETTERS.charAt(i)));
        }
        Expression escape = Expression.choice(
                new Bytes(letters),
                Expression.sequence(Expression.literal("u"), Expression.choice(notSurrogate, pair)));
        return Expression.choice(
                new Characters(CodePoints.ALL.minus(ESCAPED)), Expression.sequence(Expression.literal("\\"), escape));
    }

    private static Expression d() {
        return new Bytes(ByteSet.of('d').or(ByteSet.of('D')));
    }

    static Expression times(Expression expression, int count) {
        return new Repeat(expression, count, count);
    }

    static Expression quoted(Expression content) {
        return Expression.sequence(QUOTE, content, QUOTE);
    }

    /** An integer without its sign, of any value that fits. */
    static Expression digits() {
        return Expression.choice(
                Expression.literal("0"), Expression.sequence(DIGIT_NOT_ZERO, new Repeat(DIGIT, 0, DIGITS_MAX - 1)));
    }

    static Expression integer() {
        return Expression.sequence(Expression.optional(Expression.literal("-")), digits());
    }

    static Expression number() {
        Expression fraction = Expression.sequence(Expression.literal("."), new Repeat(DIGIT, 1, DIGITS_MAX));
        Expression exponent = Expression.sequence(
                new Bytes(ByteSet.of('e').or(ByteSet.of('E'))),
                Expression.optional(new Bytes(ByteSet.of('+').or(ByteSet.of('-')))),
                new Repeat(DIGIT, 1, EXPONENT_DIGITS_MAX));
        return Expression.sequence(integer(), Expression.optional(fraction), Expression.optional(exponent));
    }
}
