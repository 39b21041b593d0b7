package dev.weir.engine.model.template;

import static dev.weir.engine.model.template.Operations.isNumber;
import static dev.weir.engine.model.template.Operations.toDouble;
import static dev.weir.engine.model.template.Operations.toLong;
import static dev.weir.engine.model.template.Operations.typeName;

import dev.weir.engine.model.template.Expression.BinaryOperator;
import dev.weir.engine.model.template.Value.Int;
import dev.weir.engine.model.template.Value.Items;
import dev.weir.engine.model.template.Value.Real;
import dev.weir.engine.model.template.Value.Text;
import dev.weir.engine.model.template.Value.Undefined;
import java.util.ArrayList;
import java.util.List;

/** Python's arithmetic on 64-bit integers (what overflows is refused, not wrapped), floats, texts and lists. */
final class Arithmetic {

    private Arithmetic() {}

    static Value apply(BinaryOperator operator, Value left, Value right) {
        for (Value side : List.of(left, right)) {
            if (side instanceof Undefined(String problem)) {
                throw TemplateException.of(problem);
            }
        }
        try {
            return switch (operator) {
                case ADD -> add(left, right);
                case MULTIPLY -> multiply(left, right);
                case MODULO ->
                    left instanceof Text(String format) ? formatted(format, right) : numeric(operator, left, right);
                case SUBTRACT, DIVIDE, FLOOR_DIVIDE, POWER -> numeric(operator, left, right);
            };
        } catch (ArithmeticException e) {
            throw TemplateException.of("the result of " + operator.symbol() + " is out of range");
        }
    }

    static Value negate(Value value) {
        if (value instanceof Real(double number)) {
            return new Real(-number);
        }
        return apply(BinaryOperator.SUBTRACT, new Int(0), value);
    }

    private static Value add(Value left, Value right) {
        if (left instanceof Text(String a) && right instanceof Text(String b)) {
            Text.requireTextLength((long) a.length() + b.length());
            return new Text(a + b);
        }
        if (left instanceof Items(var a, boolean tuple)
                && right instanceof Items(var b, boolean otherTuple)
                && tuple == otherTuple) {
            List<Value> joined = new ArrayList<>(a);
            joined.addAll(b);
            return new Items(joined, tuple);
        }
        return numeric(BinaryOperator.ADD, left, right);
    }

    private static Value multiply(Value left, Value right) {
        if (right instanceof Text || right instanceof Items) {
            return isNumber(left) ? multiply(right, left) : numeric(BinaryOperator.MULTIPLY, left, right);
        }
        if (left instanceof Text(String text)) {
            long count = Math.max(0, toLong(right));
            Text.requireTextLength(Math.multiplyExact(count, text.length()));
            return new Text(text.isEmpty() ? text : text.repeat((int) count));
        }
        if (left instanceof Items(var values, boolean tuple)) {
            long count = values.isEmpty() ? 0 : Math.max(0, toLong(right));
            if (Math.multiplyExact(count, values.size()) > TemplateLimits.LIST_SIZE_MAX) {
                throw TemplateException.of("a list grew beyond " + TemplateLimits.LIST_SIZE_MAX + " elements");
            }
            List<Value> repeated = new ArrayList<>();
            for (long i = 0; i < count; i++) {
                repeated.addAll(values);
            }
            return new Items(repeated, tuple);
        }
        return numeric(BinaryOperator.MULTIPLY, left, right);
    }

    private static Value numeric(BinaryOperator operator, Value left, Value right) {
        if (!isNumber(left) || !isNumber(right)) {
            throw TemplateException.of(
                    "a " + typeName(left) + " " + operator.symbol() + " a " + typeName(right) + " is not possible");
        }
        boolean divides = operator == BinaryOperator.DIVIDE
                || operator == BinaryOperator.FLOOR_DIVIDE
                || operator == BinaryOperator.MODULO;
        if (divides && toDouble(right) == 0) {
            throw TemplateException.of("division by zero");
        }
        boolean floating = left instanceof Real
                || right instanceof Real
                || operator == BinaryOperator.DIVIDE
                || (operator == BinaryOperator.POWER && toDouble(right) < 0);
        return floating
                ? new Real(onDoubles(operator, toDouble(left), toDouble(right)))
                : new Int(onLongs(operator, toLong(left), toLong(right)));
    }

    private static double onDoubles(BinaryOperator operator, double a, double b) {
        return switch (operator) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case FLOOR_DIVIDE -> Math.floor(a / b);
            case MODULO -> a - b * Math.floor(a / b);
            case POWER -> Math.pow(a, b);
        };
    }

    private static long onLongs(BinaryOperator operator, long a, long b) {
        return switch (operator) {
            case ADD -> Math.addExact(a, b);
            case SUBTRACT -> Math.subtractExact(a, b);
            case MULTIPLY -> Math.multiplyExact(a, b);
            case FLOOR_DIVIDE -> Math.floorDiv(a, b);
            case MODULO -> Math.floorMod(a, b);
            case POWER -> Math.powExact(a, Math.toIntExact(b));
            case DIVIDE -> throw new AssertionError("division gives a float");
        };
    }

    /** {@code format % value}: {@code %s}, {@code %r}, {@code %d}, {@code %f} with an optional precision, and {@code %%}. */
    static Value formatted(String format, Value value) {
        List<Value> values = value instanceof Items(var elements, boolean tuple) && tuple ? elements : List.of(value);
        StringBuilder out = new StringBuilder();
        int next = 0;
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            int end = i + 1;
            while (end < format.length() && "0123456789.".indexOf(format.charAt(end)) >= 0) {
                end++;
            }
            char conversion = end < format.length() ? format.charAt(end) : 0;
            String spec = format.substring(i + 1, end);
            if (conversion == '%') {
                out.append('%');
            } else if (next < values.size()) {
                out.append(converted(spec, conversion, values.get(next++)));
            } else {
                throw TemplateException.of("not enough arguments for the format string");
            }
            Text.requireTextLength(out.length());
            i = end;
        }
        if (next < values.size()) {
            throw TemplateException.of("not all arguments were used by the format string");
        }
        return new Text(out.toString());
    }

    private static String converted(String spec, char conversion, Value value) {
        boolean plain = spec.isEmpty();
        if (plain && conversion == 's') {
            return PythonText.str(value);
        }
        if (plain && conversion == 'r') {
            return PythonText.repr(value);
        }
        if (spec.matches("0?\\d{0,2}") && (conversion == 'd' || conversion == 'i')) {
            long number = value instanceof Real(double real) ? (long) real : toLong(value);
            return ("%" + spec + "d").formatted(number);
        }
        if (spec.matches("(0?\\d{0,2})(\\.\\d{1,2})?") && conversion == 'f') {
            return ("%" + spec + "f").formatted(toDouble(value));
        }
        throw TemplateException.of("the conversion %" + spec + conversion + " is not supported");
    }
}
