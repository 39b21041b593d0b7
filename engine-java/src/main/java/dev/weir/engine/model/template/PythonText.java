package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Value.Text;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collection;
import java.util.Map;
import java.util.function.IntPredicate;

/** How Python prints: {@code str} and {@code repr}, and what it takes for white space. */
final class PythonText {

    private static final int REPR_EXPONENT_MIN = -4;
    private static final int REPR_EXPONENT_MAX = 16;

    private PythonText() {}

    /** {@code str(value)}. */
    static String str(Value value) {
        return switch (value) {
            case Text(String text) -> text;
            case Value.Undefined _ -> "";
            default -> {
                StringBuilder out = new StringBuilder();
                repr(value, out, 0);
                yield out.toString();
            }
        };
    }

    /** {@code repr(value)}. */
    static String repr(Value value) {
        StringBuilder out = new StringBuilder();
        repr(value, out, 0);
        return out.toString();
    }

    private static void repr(Value value, StringBuilder out, int depth) {
        requireBounds(out, depth);
        switch (value) {
            case Text(String text) -> quote(text, out);
            case Value.Undefined _ -> out.append("Undefined");
            case Value.None _ -> out.append("None");
            case Value.Bool bool -> out.append(bool == Value.Bool.TRUE ? "True" : "False");
            case Value.Int(long number) -> out.append(number);
            case Value.Real(double number) -> out.append(repr(number));
            case Value.Items(var values, boolean tuple) -> {
                out.append(tuple ? '(' : '[');
                elements(values, out, depth);
                if (tuple && values.size() == 1) {
                    out.append(',');
                }
                out.append(tuple ? ')' : ']');
            }
            case Value.Dict(var entries) -> {
                out.append('{');
                String separator = "";
                for (Map.Entry<Value, Value> entry : entries.entrySet()) {
                    out.append(separator);
                    repr(entry.getKey(), out, depth + 1);
                    out.append(": ");
                    repr(entry.getValue(), out, depth + 1);
                    separator = ", ";
                }
                out.append('}');
            }
            case Value.Generator _ -> out.append("<generator object>");
            case Value.Namespace _ -> out.append("<Namespace>");
            case Value.Callable(String name, var _) ->
                out.append("<function ").append(name).append('>');
            case Value.Attributed _ -> out.append("<object>");
        }
    }

    private static void elements(Collection<Value> values, StringBuilder out, int depth) {
        String separator = "";
        for (Value value : values) {
            out.append(separator);
            repr(value, out, depth + 1);
            separator = ", ";
        }
    }

    static void requireBounds(StringBuilder out, int depth) {
        Text.requireTextLength(out.length());
        if (depth > TemplateLimits.VALUE_DEPTH_MAX) {
            throw TemplateException.of("a value is nested deeper than " + TemplateLimits.VALUE_DEPTH_MAX + " levels");
        }
    }

    /** The shortest digits that read back as the same number, in Python's choice between plain and scientific form. */
    static String repr(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = shortest(number);
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= REPR_EXPONENT_MIN && exponent < REPR_EXPONENT_MAX) {
            String plain = shortest.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String digits = shortest.unscaledValue().abs().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return (number < 0 ? "-" : "") + mantissa + "e" + (exponent < 0 ? "-" : "+")
                + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    /** Java always writes two digits; of very small numbers one may be enough. */
    private static BigDecimal shortest(double number) {
        BigDecimal digits = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        BigDecimal rounded = digits.precision() == 2 ? digits.round(new MathContext(1)) : digits;
        return rounded.doubleValue() == number ? rounded : digits;
    }

    private static void quote(String text, StringBuilder out) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (isPrintable(c)) {
                        out.appendCodePoint(c);
                    } else if (c <= 0xff) {
                        out.append("\\x%02x".formatted(c));
                    } else {
                        out.append((c <= 0xffff ? "\\u%04x" : "\\U%08x").formatted(c));
                    }
                }
            }
        });
        out.append(quote);
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> codePoint == ' ';
            default -> true;
        };
    }

    /** {@code str.isspace}: every Unicode space, the no-break ones too. */
    static boolean isSpace(int codePoint) {
        return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint) || codePoint == 0x85;
    }

    /** Where a strip from the left ends. */
    static int firstKept(String text, IntPredicate stripped) {
        int index = 0;
        while (index < text.length() && stripped.test(text.codePointAt(index))) {
            index += Character.charCount(text.codePointAt(index));
        }
        return index;
    }

    /** One past the last character that a strip from the right keeps. */
    static int lastKept(String text, int from, IntPredicate stripped) {
        int end = text.length();
        while (end > from && stripped.test(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return end;
    }

    static String rstrip(String text) {
        return text.substring(0, lastKept(text, 0, PythonText::isSpace));
    }

    static String strip(String text) {
        int from = firstKept(text, PythonText::isSpace);
        return text.substring(from, lastKept(text, from, PythonText::isSpace));
    }
}
