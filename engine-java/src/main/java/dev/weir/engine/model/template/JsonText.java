package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Value.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * {@code json.dumps} as Transformers calls it for {@code tojson}: spaces after separators, non-ASCII text as it is.
 *
 * @param asciiOnly escape everything beyond ASCII
 * @param indent spaces per level, or a negative number for one line
 */
record JsonText(boolean asciiOnly, int indent, String itemSeparator, String keySeparator, boolean sortKeys) {

    static JsonText compact() {
        return new JsonText(false, -1, ", ", ": ", false);
    }

    String write(Value value) {
        StringBuilder out = new StringBuilder();
        write(value, out, 0);
        return out.toString();
    }

    private void write(Value value, StringBuilder out, int depth) {
        PythonText.requireBounds(out, depth);
        switch (value) {
            case Value.None _ -> out.append("null");
            case Value.Bool bool -> out.append(bool == Value.Bool.TRUE);
            case Value.Int(long number) -> out.append(number);
            case Value.Real(double number) -> out.append(number(number));
            case Text(String text) -> quote(text, out);
            case Value.Items(var values, var _) -> {
                out.append('[');
                for (int i = 0; i < values.size(); i++) {
                    separate(out, i == 0, depth);
                    write(values.get(i), out, depth + 1);
                }
                close(out, values.isEmpty(), depth, ']');
            }
            case Value.Dict(var entries) -> {
                out.append('{');
                boolean first = true;
                for (Map.Entry<Value, Value> entry : ordered(entries)) {
                    separate(out, first, depth);
                    quote(key(entry.getKey()), out);
                    out.append(keySeparator);
                    write(entry.getValue(), out, depth + 1);
                    first = false;
                }
                close(out, entries.isEmpty(), depth, '}');
            }
            case Value.Undefined _, Value.Generator _, Value.Namespace _, Value.Callable _, Value.Attributed _ ->
                throw TemplateException.of(
                        "a value of type " + Operations.typeName(value) + " cannot be written as JSON");
        }
    }

    private List<Map.Entry<Value, Value>> ordered(Map<Value, Value> entries) {
        List<Map.Entry<Value, Value>> ordered = new ArrayList<>(entries.entrySet());
        if (sortKeys) {
            ordered.sort(Comparator.comparing(Map.Entry::getKey, Operations::compare));
        }
        return ordered;
    }

    private void separate(StringBuilder out, boolean first, int depth) {
        if (!first) {
            out.append(itemSeparator);
        }
        newLine(out, depth + 1);
    }

    private void close(StringBuilder out, boolean empty, int depth, char bracket) {
        if (!empty) {
            newLine(out, depth);
        }
        out.append(bracket);
    }

    private void newLine(StringBuilder out, int depth) {
        if (indent >= 0) {
            Text.requireTextLength(out.length() + (long) indent * depth);
            out.append('\n').repeat(' ', indent * depth);
        }
    }

    private static String key(Value key) {
        return switch (key) {
            case Text(String text) -> text;
            case Value.Bool _, Value.Int _, Value.Real _, Value.None _ ->
                compact().write(key);
            default -> throw TemplateException.of("a " + Operations.typeName(key) + " cannot be a key in JSON");
        };
    }

    private static String number(double number) {
        if (Double.isNaN(number)) {
            return "NaN";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "Infinity" : "-Infinity";
        }
        return PythonText.repr(number);
    }

    private void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ' || (asciiOnly && c > '~')) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
