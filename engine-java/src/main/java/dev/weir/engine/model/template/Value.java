package dev.weir.engine.model.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** What expressions compute with: Python's types as far as templates can tell them apart. Immutable but for {@link Namespace}. */
sealed interface Value {

    /** Prints as nothing, is false and empty; anything else done with it fails with {@code problem}. */
    record Undefined(String problem) implements Value {}

    enum None implements Value {
        NONE
    }

    enum Bool implements Value {
        FALSE,
        TRUE;

        static Bool of(boolean value) {
            return value ? TRUE : FALSE;
        }
    }

    record Int(long value) implements Value {}

    record Real(double value) implements Value {}

    record Text(String value) implements Value {

        static final Text EMPTY = new Text("");

        public Text {
            requireTextLength(value.length());
        }

        /** Before the memory is taken. */
        static void requireTextLength(long chars) {
            if (chars > TemplateLimits.TEXT_CHARS_MAX) {
                throw TemplateException.of("a text grew beyond " + TemplateLimits.TEXT_CHARS_MAX + " characters");
            }
        }
    }

    /** A list, or a tuple, which prints differently and equals no list. */
    record Items(List<Value> values, boolean tuple) implements Value {
        public Items {
            if (values.size() > TemplateLimits.LIST_SIZE_MAX) {
                throw TemplateException.of("a list grew beyond " + TemplateLimits.LIST_SIZE_MAX + " elements");
            }
            values = Collections.unmodifiableList(values);
        }

        static Items list(List<Value> values) {
            return new Items(values, false);
        }

        static Items tuple(Value... values) {
            return new Items(List.of(values), true);
        }
    }

    /** Keeps the order of insertion. */
    record Dict(SequencedMap<Value, Value> entries) implements Value {
        public Dict {
            entries = Collections.unmodifiableSequencedMap(entries);
        }
    }

    /** What lazy filters give: can be walked through once, and has no length. */
    record Generator(Iterator<Value> rest) implements Value {}

    /** The one thing that a template may change. */
    record Namespace(Map<String, Value> attributes) implements Value {}

    /** A function, method or macro. */
    record Callable(String name, Function body) implements Value {}

    /** An object with attributes of its own, as {@code loop} is. */
    non-sealed interface Attributed extends Value {
        @Nullable
        Value attribute(String name);

        /** What {@code object(...)} does. */
        Value call(Arguments arguments);
    }

    /** What a {@link Callable} does. */
    @FunctionalInterface
    interface Function {
        Value call(Arguments arguments);
    }

    /** The arguments of a call. */
    record Arguments(List<Value> positional, Map<String, Value> named) {

        static final Arguments NONE = new Arguments(List.of(), Map.of());

        static Arguments of(Value... positional) {
            return new Arguments(List.of(positional), Map.of());
        }

        /** The values in the order of {@code parameters}, null where not given; anything else given is refused. */
        @Nullable
        Value[] bind(String callee, String... parameters) {
            if (positional.size() > parameters.length) {
                throw TemplateException.of(callee + "() takes at most " + parameters.length + " arguments, "
                        + positional.size() + " were given");
            }
            @Nullable Value[] bound = new Value[parameters.length];
            for (int i = 0; i < positional.size(); i++) {
                bound[i] = positional.get(i);
            }
            named.forEach((name, value) -> {
                int index = List.of(parameters).indexOf(name);
                if (index < 0 || bound[index] != null) {
                    throw TemplateException.of(callee + "() got an unexpected or repeated argument '" + name + "'");
                }
                bound[index] = value;
            });
            return bound;
        }

        /** As {@link #bind}, for a callee that needs every parameter. */
        Value[] bindAll(String callee, String... parameters) {
            @Nullable Value[] bound = bind(callee, parameters);
            Value[] values = new Value[parameters.length];
            for (int i = 0; i < parameters.length; i++) {
                Value value = bound[i];
                if (value == null) {
                    throw TemplateException.of(callee + "() misses the argument '" + parameters[i] + "'");
                }
                values[i] = value;
            }
            return values;
        }

        /** The arguments after the first {@code count}. */
        Arguments drop(int count) {
            return new Arguments(positional.subList(count, positional.size()), named);
        }
    }

    /** A plain Java value, as JSON binding gives it, as a template sees it. */
    static Value of(@Nullable Object value) {
        return of(value, 0);
    }

    private static Value of(@Nullable Object value, int depth) {
        if (depth > TemplateLimits.VALUE_DEPTH_MAX) {
            throw TemplateException.of("a value is nested deeper than " + TemplateLimits.VALUE_DEPTH_MAX + " levels");
        }
        return switch (value) {
            case null -> None.NONE;
            case Value known -> known;
            case String text -> new Text(text);
            case Boolean bool -> Bool.of(bool);
            case BigInteger big when big.bitLength() > 63 -> new Real(big.doubleValue());
            case Byte _, Short _, Integer _, Long _, BigInteger _ -> new Int(((Number) value).longValue());
            case Number number -> new Real(number.doubleValue());
            case Map<?, ?> map -> {
                SequencedMap<Value, Value> entries = new LinkedHashMap<>();
                map.forEach((key, element) -> entries.put(of(key, depth + 1), of(element, depth + 1)));
                yield new Dict(entries);
            }
            case Iterable<?> elements -> {
                List<Value> values = new ArrayList<>();
                for (Object element : elements) {
                    values.add(of(element, depth + 1));
                }
                yield Items.list(values);
            }
            default ->
                throw TemplateException.of("a " + value.getClass().getSimpleName() + " cannot be passed to a template");
        };
    }
}
