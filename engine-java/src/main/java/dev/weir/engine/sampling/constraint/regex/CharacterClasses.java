package dev.weir.engine.sampling.constraint.regex;

import dev.weir.engine.sampling.constraint.grammar.CodePoints;
import dev.weir.engine.sampling.constraint.grammar.CodePoints.Range;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** Sets of characters in a pattern: escapes and brackets. */
final class CharacterClasses {

    private static final CodePoints DIGITS = CodePoints.range('0', '9');
    private static final CodePoints WORD =
            DIGITS.or(CodePoints.range('a', 'z')).or(CodePoints.range('A', 'Z')).or(CodePoints.of('_'));
    /** White space and line ends of ECMA-262. */
    private static final CodePoints SPACE = CodePoints.range('\t', '\r')
            .or(CodePoints.anyOf(" \u00A0\u1680\u2028\u2029\u202F\u205F\u3000\uFEFF"))
            .or(CodePoints.range(0x2000, 0x200A));

    static final CodePoints NO_LINE_END = CodePoints.anyOf("\n\r\u2028\u2029").not();

    private final RegexText text;
    /** Each takes a look at all of Unicode to make. */
    private final Map<String, CodePoints> properties = new HashMap<>();

    CharacterClasses(RegexText text) {
        this.text = text;
    }

    /** What stands for behind a backslash. */
    CodePoints escaped() {
        if (text.atEnd()) {
            throw text.refuse("it ends with a backslash");
        }
        int c = text.next();
        return switch (c) {
            case 'd' -> DIGITS;
            case 'D' -> DIGITS.not();
            case 'w' -> WORD;
            case 'W' -> WORD.not();
            case 's' -> SPACE;
            case 'S' -> SPACE.not();
            case 't' -> CodePoints.of('\t');
            case 'n' -> CodePoints.of('\n');
            case 'r' -> CodePoints.of('\r');
            case 'f' -> CodePoints.of('\f');
            case 'v' -> CodePoints.of(0x0B);
            case '0' -> CodePoints.of(0);
            case 'x' -> CodePoints.of(text.hexadecimal(2));
            case 'u' -> character(unicode());
            case 'c' -> CodePoints.of(control());
            case 'p' -> property();
            case 'P' -> property().not();
            case 'b', 'B' -> throw text.refuse("word boundaries (\\b, \\B) are not supported");
            case 'A', 'z', 'Z', 'G' ->
                throw text.refuse("the anchor \\" + (char) c + " is not supported: write ^ or $");
            case 'k' -> throw text.refuse("back references are not supported");
            default -> itself(c);
        };
    }

    private CodePoints itself(int c) {
        if (c >= '1' && c <= '9') {
            throw text.refuse("back references are not supported");
        }
        if (Character.isLetter(c)) {
            throw text.refuse("the escape \\" + Character.toString(c) + " is not known");
        }
        return CodePoints.of(c);
    }

    private int unicode() {
        if (!text.skip('{')) {
            int unit = text.hexadecimal(4);
            if (Character.isHighSurrogate((char) unit) && text.startsWith("\\u")) {
                text.next();
                text.next();
                return Character.toCodePoint((char) unit, (char) text.hexadecimal(4));
            }
            return unit;
        }
        int value = 0;
        do {
            value = 16 * value + Math.max(text.hexadecimal(1), 0);
            if (value > Character.MAX_CODE_POINT) {
                throw text.refuse("\\u{...} is beyond the last character");
            }
        } while (!text.skip('}'));
        return value;
    }

    private CodePoints character(int codePoint) {
        if (codePoint > Character.MAX_CODE_POINT || (codePoint >= 0xD800 && codePoint <= 0xDFFF)) {
            throw text.refuse("half a surrogate pair is no character");
        }
        return CodePoints.of(codePoint);
    }

    private int control() {
        int letter = text.next();
        if (!(letter >= 'A' && letter <= 'Z') && !(letter >= 'a' && letter <= 'z')) {
            throw text.refuse("\\c needs a letter");
        }
        return letter & 0x1F;
    }

    /** A general category: {@code \p{L}}, {@code \p{Lu}}, {@code \p{gc=Lu}}. */
    private CodePoints property() {
        StringBuilder name = new StringBuilder();
        if (text.skip('{')) {
            while (!text.skip('}')) {
                name.appendCodePoint(text.next());
            }
        } else {
            name.appendCodePoint(text.next());
        }
        String category = name.toString().replaceFirst("^(gc|General_Category)=", "");
        return properties.computeIfAbsent(category, this::matching);
    }

    private CodePoints matching(String category) {
        List<Range> ranges = new ArrayList<>();
        IntPredicate holds = c -> {
            String own = Categories.of(Character.getType(c));
            return own.equals(category) || (category.length() == 1 && own.startsWith(category));
        };
        int first = -1;
        for (int c = 0; c <= Character.MAX_CODE_POINT + 1; c++) {
            boolean in = c <= Character.MAX_CODE_POINT && holds.test(c);
            if (in && first < 0) {
                first = c;
            } else if (!in && first >= 0) {
                ranges.add(new Range(first, c - 1));
                first = -1;
            }
        }
        if (ranges.isEmpty()) {
            throw text.refuse(
                    "\\p{" + category + "} is not supported, only general categories are, such as L, Lu or Nd");
        }
        return new CodePoints(ranges);
    }

    /** What is between brackets, the first of which has been read. */
    CodePoints bracketed() {
        boolean negated = text.skip('^');
        List<Range> ranges = new ArrayList<>();
        while (!text.skip(']')) {
            if (text.atEnd()) {
                throw text.refuse("a [ is not closed");
            }
            if (text.startsWith("[:")) {
                throw text.refuse("POSIX classes are not supported");
            }
            CodePoints first = member();
            if (text.startsWith("-") && !text.startsWith("-]")) {
                text.next();
                first = range(first, member());
            }
            ranges.addAll(first.ranges());
        }
        CodePoints set = new CodePoints(ranges);
        return negated ? set.not() : set;
    }

    private CodePoints member() {
        int c = text.next();
        if (c != '\\') {
            return character(c);
        }
        if (text.skip('b')) {
            return CodePoints.of('\b');
        }
        return text.skip('-') ? CodePoints.of('-') : escaped();
    }

    private CodePoints range(CodePoints first, CodePoints last) {
        int from = single(first);
        int to = single(last);
        if (from > to) {
            throw text.refuse("a range in [...] is out of order");
        }
        return CodePoints.range(from, to);
    }

    private int single(CodePoints set) {
        if (set.ranges().size() != 1
                || set.ranges().getFirst().first() != set.ranges().getFirst().last()) {
            throw text.refuse("a range in [...] must lie between two characters");
        }
        return set.ranges().getFirst().first();
    }
}
