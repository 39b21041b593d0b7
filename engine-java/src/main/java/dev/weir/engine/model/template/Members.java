package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Value.Callable;
import dev.weir.engine.model.template.Value.Dict;
import dev.weir.engine.model.template.Value.Int;
import dev.weir.engine.model.template.Value.Items;
import dev.weir.engine.model.template.Value.Text;
import dev.weir.engine.model.template.Value.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Attributes, methods, keys, indices and slices. What would change a value is out of reach, as in Jinja's immutable sandbox. */
final class Members {

    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

    private Members() {}

    /** {@code target.name}: an attribute or method if there is one, else a key. */
    static Value attribute(Value target, String name) {
        requireDefined(target);
        Value own = own(target, name);
        if (own != null) {
            return own;
        }
        Value element = target instanceof Dict(var entries) ? entries.get(new Text(name)) : null;
        return element != null ? element : missing(target, name);
    }

    /** As {@link #attribute}, but never a key. */
    static Value attributeOnly(Value target, String name) {
        requireDefined(target);
        Value own = own(target, name);
        return own != null ? own : missing(target, name);
    }

    /** {@code target[key]}: a key or index if there is one, else an attribute or method. */
    static Value subscript(Value target, Value key) {
        requireDefined(target);
        Value element = switch (target) {
            case Dict(var entries) -> Operations.get(entries, key);
            case Items(var values, var _) -> isIndex(key) ? at(values, Operations.toLong(key)) : null;
            case Text(String text) -> isIndex(key) ? at(characters(text), Operations.toLong(key)) : null;
            default -> null;
        };
        if (element != null) {
            return element;
        }
        Value own = key instanceof Text(String name) ? own(target, name) : null;
        return own != null ? own : missing(target, PythonText.str(key));
    }

    private static void requireDefined(Value target) {
        if (target instanceof Undefined(String problem)) {
            throw TemplateException.of(problem);
        }
    }

    private static boolean isIndex(Value key) {
        return key instanceof Int || key instanceof Value.Bool;
    }

    private static @Nullable Value at(List<Value> values, long index) {
        long fromStart = index < 0 ? index + values.size() : index;
        return fromStart >= 0 && fromStart < values.size() ? values.get((int) fromStart) : null;
    }

    private static List<Value> characters(String text) {
        return Operations.toList(new Text(text));
    }

    private static Undefined missing(Value target, String name) {
        return new Undefined("'" + Operations.typeName(target) + " object' has no attribute '" + name + "'");
    }

    private static @Nullable Value own(Value target, String name) {
        return switch (target) {
            case Text(String text) -> TextMethods.find(text, name);
            case Dict dict -> DICT_CHANGES.contains(name) ? unsafe(target, name) : dictMethod(dict, name);
            case Items items -> LIST_CHANGES.contains(name) ? unsafe(target, name) : listMethod(items, name);
            case Value.Namespace(var attributes) -> attributes.get(name);
            case Value.Attributed object -> object.attribute(name);
            default -> null;
        };
    }

    private static Undefined unsafe(Value target, String name) {
        return new Undefined(
                "access to attribute '" + name + "' of '" + Operations.typeName(target) + "' object is unsafe");
    }

    private static @Nullable Value dictMethod(Dict dict, String name) {
        return switch (name) {
            case "items" -> method(name, () -> items(dict));
            case "keys" ->
                method(name, () -> Items.list(List.copyOf(dict.entries().keySet())));
            case "values" ->
                method(name, () -> Items.list(List.copyOf(dict.entries().values())));
            case "copy" -> method(name, () -> dict);
            case "get" ->
                new Callable(name, arguments -> {
                    @Nullable Value[] given = arguments.bind(name, "key", "default");
                    if (given[0] == null) {
                        throw TemplateException.of("get() misses the argument 'key'");
                    }
                    Value found = Operations.get(dict.entries(), given[0]);
                    return found != null ? found : given[1] != null ? given[1] : Value.None.NONE;
                });
            default -> null;
        };
    }

    static Items items(Dict dict) {
        List<Value> pairs = new ArrayList<>();
        for (Map.Entry<Value, Value> entry : dict.entries().entrySet()) {
            pairs.add(Items.tuple(entry.getKey(), entry.getValue()));
        }
        return Items.list(pairs);
    }

    private static @Nullable Value listMethod(Items items, String name) {
        return switch (name) {
            case "copy" -> items.tuple() ? null : method(name, () -> items);
            case "index" ->
                new Callable(name, arguments -> {
                    Value sought = arguments.bindAll(name, "value")[0];
                    for (int i = 0; i < items.values().size(); i++) {
                        if (Operations.equal(items.values().get(i), sought)) {
                            return new Int(i);
                        }
                    }
                    throw TemplateException.of(PythonText.repr(sought) + " is not in the list");
                });
            case "count" ->
                new Callable(name, arguments -> {
                    Value sought = arguments.bindAll(name, "value")[0];
                    return new Int(items.values().stream()
                            .filter(value -> Operations.equal(value, sought))
                            .count());
                });
            default -> null;
        };
    }

    private static Callable method(String name, Supplier<Value> result) {
        return new Callable(name, arguments -> {
            arguments.bind(name);
            return result.get();
        });
    }

    /** {@code target[from:to:step]} of a text, list or tuple. */
    static Value slice(Value target, @Nullable Value from, @Nullable Value to, @Nullable Value step) {
        requireDefined(target);
        return switch (target) {
            case Text(String text) -> {
                StringBuilder kept = new StringBuilder();
                slice(characters(text), from, to, step).forEach(c -> kept.append(PythonText.str(c)));
                yield new Text(kept.toString());
            }
            case Items(var values, boolean tuple) -> new Items(slice(values, from, to, step), tuple);
            default -> missing(target, "slice");
        };
    }

    private static List<Value> slice(
            List<Value> values, @Nullable Value from, @Nullable Value to, @Nullable Value step) {
        long stride = bound(step, 1);
        if (stride == 0) {
            throw TemplateException.of("slice step cannot be zero");
        }
        long size = values.size();
        long first = clamp(bound(from, stride > 0 ? 0 : Long.MAX_VALUE), size, stride);
        long last = isGiven(to) ? clamp(bound(to, 0), size, stride) : stride > 0 ? size : -1;
        List<Value> kept = new ArrayList<>();
        // A stride beyond the size takes one element; clamping it keeps the sum from overflowing.
        long bounded = Math.clamp(stride, -size - 1, size + 1);
        for (long i = first; stride > 0 ? i < last : i > last; i += bounded) {
            kept.add(values.get((int) i));
        }
        return kept;
    }

    private static boolean isGiven(@Nullable Value bound) {
        return bound != null && bound != Value.None.NONE;
    }

    private static long bound(@Nullable Value bound, long otherwise) {
        return bound == null || bound == Value.None.NONE ? otherwise : Operations.toLong(bound);
    }

    private static long clamp(long bound, long size, long stride) {
        long fromStart = bound < 0 ? bound + size : bound;
        return stride > 0 ? Math.clamp(fromStart, 0, size) : Math.clamp(fromStart, -1, size - 1);
    }
}
