package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Value.Bool;
import dev.weir.engine.model.template.Value.Dict;
import dev.weir.engine.model.template.Value.Generator;
import dev.weir.engine.model.template.Value.Int;
import dev.weir.engine.model.template.Value.Items;
import dev.weir.engine.model.template.Value.None;
import dev.weir.engine.model.template.Value.Real;
import dev.weir.engine.model.template.Value.Text;
import dev.weir.engine.model.template.Value.Undefined;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Truth, equality, order, membership and walking, as Python has them. */
final class Operations {

    private Operations() {}

    static String typeName(Value value) {
        return switch (value) {
            case Undefined _ -> "Undefined";
            case None _ -> "NoneType";
            case Bool _ -> "bool";
            case Int _ -> "int";
            case Real _ -> "float";
            case Text _ -> "str";
            case Items items -> items.tuple() ? "tuple" : "list";
            case Dict _ -> "dict";
            case Generator _ -> "generator";
            case Value.Namespace _ -> "Namespace";
            case Value.Callable _ -> "function";
            case Value.Attributed _ -> "object";
        };
    }

    static boolean truth(Value value) {
        return switch (value) {
            case Undefined _, None _ -> false;
            case Bool bool -> bool == Bool.TRUE;
            case Int(long number) -> number != 0;
            case Real(double number) -> number != 0;
            case Text(String text) -> !text.isEmpty();
            case Items(var values, var _) -> !values.isEmpty();
            case Dict(var entries) -> !entries.isEmpty();
            case Generator _, Value.Namespace _, Value.Callable _, Value.Attributed _ -> true;
        };
    }

    static boolean equal(Value left, Value right) {
        if (isNumber(left) && isNumber(right)) {
            return compareNumbers(left, right) == 0;
        }
        return switch (left) {
            case Undefined _ -> right instanceof Undefined;
            case Items(var values, boolean tuple) ->
                right instanceof Items(var others, boolean otherTuple)
                        && tuple == otherTuple
                        && equalElements(values, others);
            case Dict(var entries) -> right instanceof Dict(var others) && equalEntries(entries, others);
            default -> left.equals(right);
        };
    }

    private static boolean equalElements(List<Value> left, List<Value> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (!equal(left.get(i), right.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalEntries(Map<Value, Value> left, Map<Value, Value> right) {
        return left.size() == right.size()
                && left.entrySet().stream().allMatch(entry -> {
                    Value other = right.get(entry.getKey());
                    return other != null && equal(entry.getValue(), other);
                });
    }

    static boolean isNumber(Value value) {
        return value instanceof Int || value instanceof Real || value instanceof Bool;
    }

    static double toDouble(Value value) {
        return switch (value) {
            case Int(long number) -> number;
            case Real(double number) -> number;
            case Bool bool -> bool == Bool.TRUE ? 1 : 0;
            default -> throw TemplateException.of("a number is needed, not a " + typeName(value));
        };
    }

    /** An index or a count: an integer, or a truth value, which is one in Python. */
    static long toLong(Value value) {
        return switch (value) {
            case Int(long number) -> number;
            case Bool bool -> bool == Bool.TRUE ? 1 : 0;
            case Undefined(String problem) -> throw TemplateException.of(problem);
            default -> throw TemplateException.of("an integer is needed, not a " + typeName(value));
        };
    }

    static String toText(Value value) {
        if (value instanceof Text(String text)) {
            return text;
        }
        if (value instanceof Undefined(String problem)) {
            throw TemplateException.of(problem);
        }
        throw TemplateException.of("a string is needed, not a " + typeName(value));
    }

    private static int compareNumbers(Value left, Value right) {
        if (left instanceof Real || right instanceof Real) {
            double a = toDouble(left);
            double b = toDouble(right);
            return a < b ? -1 : a > b ? 1 : a == b ? 0 : 2; // not a number equals nothing
        }
        return Long.compare(toLong(left), toLong(right));
    }

    /** Python's order; values that have none together are refused. */
    static int compare(Value left, Value right) {
        if (isNumber(left) && isNumber(right)) {
            return compareNumbers(left, right);
        }
        if (left instanceof Text(String a) && right instanceof Text(String b)) {
            return compareByCodePoint(a, b);
        }
        if (left instanceof Items(var a, boolean tuple)
                && right instanceof Items(var b, boolean otherTuple)
                && tuple == otherTuple) {
            for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
                if (!equal(a.get(i), b.get(i))) {
                    return compare(a.get(i), b.get(i));
                }
            }
            return Integer.compare(a.size(), b.size());
        }
        for (Value side : List.of(left, right)) {
            if (side instanceof Undefined(String problem)) {
                throw TemplateException.of(problem);
            }
        }
        throw TemplateException.of("a " + typeName(left) + " cannot be compared with a " + typeName(right));
    }

    private static int compareByCodePoint(String left, String right) {
        Iterator<Integer> others = right.codePoints().iterator();
        Iterator<Integer> ours = left.codePoints().iterator();
        while (ours.hasNext() && others.hasNext()) {
            int order = Integer.compare(ours.next(), others.next());
            if (order != 0) {
                return order;
            }
        }
        return Boolean.compare(ours.hasNext(), others.hasNext());
    }

    /** {@code element in container}. */
    static boolean contains(Value container, Value element) {
        return switch (container) {
            case Text(String text) -> text.contains(toText(element));
            case Dict(var entries) -> get(entries, element) != null;
            case Undefined _, Items _, Generator _ -> {
                boolean found = false;
                for (Iterator<Value> values = iterate(container); !found && values.hasNext(); ) {
                    found = equal(values.next(), element);
                }
                yield found;
            }
            default -> throw TemplateException.of("a " + typeName(container) + " contains nothing");
        };
    }

    /** Looks a key up; {@code True} and {@code 1.0} find what {@code 1} stored. */
    static @Nullable Value get(Map<Value, Value> entries, Value key) {
        Value found = entries.get(key);
        if (found != null || !isNumber(key)) {
            return found;
        }
        return entries.entrySet().stream()
                .filter(entry -> equal(entry.getKey(), key))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** Stores under a key; a number replaces what an equal number of another type stored, under the first one's spelling. */
    static void put(Map<Value, Value> entries, Value key, Value value) {
        Value known = key;
        if (isNumber(key) && !entries.containsKey(key)) {
            known = entries.keySet().stream()
                    .filter(other -> equal(other, key))
                    .findFirst()
                    .orElse(key);
        }
        entries.put(known, value);
    }

    /** The elements, a text's characters, a map's keys. */
    static Iterator<Value> iterate(Value value) {
        return switch (value) {
            case Items(var values, var _) -> values.iterator();
            case Dict(var entries) -> entries.keySet().iterator();
            case Generator(var rest) -> rest;
            case Undefined _ -> List.<Value>of().iterator();
            case Text(String text) ->
                text.codePoints()
                        .<Value>mapToObj(c -> new Text(Character.toString(c)))
                        .iterator();
            default -> throw TemplateException.of("a " + typeName(value) + " cannot be iterated over");
        };
    }

    static List<Value> toList(Value value) {
        if (value instanceof Items(var values, var _)) {
            return values;
        }
        List<Value> values = new ArrayList<>();
        for (Iterator<Value> rest = iterate(value); rest.hasNext(); ) {
            values.add(rest.next());
            if (values.size() > TemplateLimits.LIST_SIZE_MAX) {
                throw TemplateException.of("a list grew beyond " + TemplateLimits.LIST_SIZE_MAX + " elements");
            }
        }
        return values;
    }

    static long length(Value value) {
        return switch (value) {
            case Text(String text) -> text.codePointCount(0, text.length());
            case Items(var values, var _) -> values.size();
            case Dict(var entries) -> entries.size();
            case Undefined _ -> 0;
            default -> throw TemplateException.of("a " + typeName(value) + " has no length");
        };
    }
}
