package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Filters.Filter;
import dev.weir.engine.model.template.Value.Arguments;
import dev.weir.engine.model.template.Value.Generator;
import dev.weir.engine.model.template.Value.Int;
import dev.weir.engine.model.template.Value.Items;
import dev.weir.engine.model.template.Value.Text;
import dev.weir.engine.model.template.Value.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Filters that walk through what they are given. Those that are lazy in Jinja give a generator, which cannot be written as JSON. */
final class ListFilters {

    static final Map<String, Filter> FILTERS = Map.ofEntries(
            Map.entry("length", ListFilters::length),
            Map.entry("count", ListFilters::length),
            Map.entry("first", ListFilters::first),
            Map.entry("last", ListFilters::last),
            Map.entry("list", (input, _) -> Items.list(List.copyOf(Operations.toList(input)))),
            Map.entry("reverse", ListFilters::reverse),
            Map.entry("join", ListFilters::join),
            Map.entry("items", (input, _) -> Filters.pairs("items", input)),
            Map.entry("dictsort", ListFilters::dictSort),
            Map.entry("sort", ListFilters::sort),
            Map.entry("unique", ListFilters::unique),
            Map.entry("min", (input, arguments) -> extreme("min", input, arguments, -1)),
            Map.entry("max", (input, arguments) -> extreme("max", input, arguments, 1)),
            Map.entry("sum", ListFilters::sum),
            Map.entry("map", ListFilters::map),
            Map.entry("select", (input, arguments) -> select(input, arguments, false, true)),
            Map.entry("reject", (input, arguments) -> select(input, arguments, false, false)),
            Map.entry("selectattr", (input, arguments) -> select(input, arguments, true, true)),
            Map.entry("rejectattr", (input, arguments) -> select(input, arguments, true, false)),
            Map.entry("groupby", ListFilters::groupBy),
            Map.entry("batch", ListFilters::batch));

    private ListFilters() {}

    private static Value length(Value input, Arguments arguments) {
        arguments.bind("length");
        return new Int(Operations.length(input));
    }

    private static Value first(Value input, Arguments arguments) {
        arguments.bind("first");
        Iterator<Value> values = Operations.iterate(input);
        return values.hasNext() ? values.next() : new Undefined("the first element of an empty list is undefined");
    }

    private static Value last(Value input, Arguments arguments) {
        arguments.bind("last");
        List<Value> values = Operations.toList(input);
        return values.isEmpty() ? new Undefined("the last element of an empty list is undefined") : values.getLast();
    }

    private static Value reverse(Value input, Arguments arguments) {
        arguments.bind("reverse");
        if (input instanceof Text(String text)) {
            return new Text(new StringBuilder(text).reverse().toString());
        }
        return new Generator(Operations.toList(input).reversed().iterator());
    }

    private static Value join(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("join", "d", "attribute");
        String separator = given[0] == null ? "" : PythonText.str(given[0]);
        Function<Value, Value> key = key(given[1]);
        List<Value> texts = new ArrayList<>();
        for (Value value : Operations.toList(input)) {
            texts.add(new Text(PythonText.str(key.apply(value))));
        }
        return TextMethods.join(separator, Items.list(texts));
    }

    /** What {@code attribute="a.b"} takes from an element; the element itself where nothing is given. */
    private static Function<Value, Value> key(@Nullable Value attribute) {
        if (attribute == null || attribute == Value.None.NONE) {
            return Function.identity();
        }
        List<Value> path = new ArrayList<>();
        if (attribute instanceof Text(String text)) {
            for (String part : text.split("\\.", -1)) {
                path.add(part.matches("\\d{1,9}") ? new Int(Long.parseLong(part)) : new Text(part));
            }
        } else {
            path.add(attribute);
        }
        return element -> {
            Value found = element;
            for (Value part : path) {
                found = Members.subscript(found, part);
            }
            return found;
        };
    }

    private static Value foldCase(Value value) {
        return value instanceof Text(String text) ? new Text(text.toLowerCase(Locale.ROOT)) : value;
    }

    private static boolean isTrue(@Nullable Value value) {
        return value != null && Operations.truth(value);
    }

    private static Comparator<Value> order(Function<Value, Value> key, @Nullable Value caseSensitive) {
        Function<Value, Value> folded = isTrue(caseSensitive) ? key : key.andThen(ListFilters::foldCase);
        return (left, right) -> Operations.compare(folded.apply(left), folded.apply(right));
    }

    private static Value dictSort(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("dictsort", "case_sensitive", "by", "reverse");
        int index = given[1] instanceof Text(String by) && by.equals("value") ? 1 : 0;
        return sorted(
                Filters.pairs("dictsort", input).values(),
                order(pair -> Operations.toList(pair).get(index), given[0]),
                given[2]);
    }

    private static Value sort(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("sort", "reverse", "case_sensitive", "attribute");
        Comparator<Value> order = null;
        for (Value attribute : attributes(given[2])) {
            Comparator<Value> next = order(key(attribute), given[1]);
            order = order == null ? next : order.thenComparing(next);
        }
        return sorted(Operations.toList(input), order == null ? order(Function.identity(), given[1]) : order, given[0]);
    }

    private static List<Value> attributes(@Nullable Value attribute) {
        if (attribute instanceof Text(String text)) {
            return List.of(text.split(",")).stream().<Value>map(Text::new).toList();
        }
        return attribute == null || attribute == Value.None.NONE ? List.of() : List.of(attribute);
    }

    private static Items sorted(List<Value> values, Comparator<Value> order, @Nullable Value reverse) {
        List<Value> sorted = new ArrayList<>(values);
        sorted.sort(isTrue(reverse) ? Collections.reverseOrder(order) : order);
        return Items.list(sorted);
    }

    private static Value unique(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("unique", "case_sensitive", "attribute");
        Function<Value, Value> key = key(given[1]);
        Set<Value> seen = new LinkedHashSet<>();
        List<Value> kept = new ArrayList<>();
        for (Value value : Operations.toList(input)) {
            Value identity = key.apply(value);
            if (seen.add(isTrue(given[0]) ? identity : foldCase(identity))) {
                kept.add(value);
            }
        }
        return new Generator(kept.iterator());
    }

    private static Value extreme(String name, Value input, Arguments arguments, int sign) {
        @Nullable Value[] given = arguments.bind(name, "case_sensitive", "attribute");
        Comparator<Value> order = order(key(given[1]), given[0]);
        @Nullable Value best = null;
        for (Value value : Operations.toList(input)) {
            best = best == null || order.compare(value, best) * sign > 0 ? value : best;
        }
        return best == null ? new Undefined("the " + name + " of an empty list is undefined") : best;
    }

    private static Value sum(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("sum", "attribute", "start");
        Function<Value, Value> key = key(given[0]);
        Value total = given[1] == null ? new Int(0) : given[1];
        for (Value value : Operations.toList(input)) {
            total = Arithmetic.apply(Expression.BinaryOperator.ADD, total, key.apply(value));
        }
        return total;
    }

    private static Value map(Value input, Arguments arguments) {
        List<Value> mapped = new ArrayList<>();
        if (arguments.positional().isEmpty()) {
            @Nullable Value[] given = arguments.bind("map", "attribute", "default");
            Function<Value, Value> key = key(given[0]);
            for (Value value : Operations.toList(input)) {
                Value found = key.apply(value);
                mapped.add(found instanceof Undefined && given[1] != null ? given[1] : found);
            }
        } else {
            String filter = PythonText.str(arguments.positional().getFirst());
            Arguments rest = arguments.drop(1);
            for (Value value : Operations.toList(input)) {
                mapped.add(Filters.apply(filter, value, rest));
            }
        }
        return new Generator(mapped.iterator());
    }

    private static Value select(Value input, Arguments arguments, boolean byAttribute, boolean keeps) {
        List<Value> given = arguments.positional();
        if (byAttribute && given.isEmpty()) {
            throw TemplateException.of("selectattr and rejectattr need an attribute's name");
        }
        Function<Value, Value> key = byAttribute ? key(given.getFirst()) : Function.identity();
        int testIndex = byAttribute ? 1 : 0;
        Predicate<Value> test = Operations::truth;
        if (given.size() > testIndex) {
            String name = PythonText.str(given.get(testIndex));
            Arguments rest = arguments.drop(testIndex + 1);
            test = value -> Tests.apply(name, value, rest);
        }
        List<Value> kept = new ArrayList<>();
        for (Value value : Operations.toList(input)) {
            if (test.test(key.apply(value)) == keeps) {
                kept.add(value);
            }
        }
        return new Generator(kept.iterator());
    }

    private static Value groupBy(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("groupby", "attribute", "default", "case_sensitive");
        Function<Value, Value> path = key(given[0]);
        Function<Value, Value> key = element -> {
            Value found = path.apply(element);
            return found instanceof Undefined && given[1] != null ? given[1] : found;
        };
        Map<Value, List<Value>> groups = new LinkedHashMap<>();
        Map<Value, Value> titles = new LinkedHashMap<>();
        for (Value value :
                sorted(Operations.toList(input), order(key, given[2]), null).values()) {
            Value title = key.apply(value);
            Value identity = isTrue(given[2]) ? title : foldCase(title);
            titles.putIfAbsent(identity, title);
            groups.computeIfAbsent(identity, _ -> new ArrayList<>()).add(value);
        }
        List<Value> pairs = new ArrayList<>();
        titles.forEach((identity, title) ->
                pairs.add(Items.tuple(title, Items.list(groups.getOrDefault(identity, List.of())))));
        return Items.list(pairs);
    }

    private static Value batch(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("batch", "linecount", "fill_with");
        long size = given[0] == null ? 0 : Operations.toLong(given[0]);
        if (size < 1 || size > TemplateLimits.LIST_SIZE_MAX) {
            throw TemplateException.of("batch needs a positive count");
        }
        List<Value> batches = new ArrayList<>();
        List<Value> values = Operations.toList(input);
        for (int from = 0; from < values.size(); from += (int) size) {
            List<Value> part = new ArrayList<>(values.subList(from, (int) Math.min(values.size(), from + size)));
            while (given[1] != null && part.size() < size) {
                part.add(given[1]);
            }
            batches.add(Items.list(part));
        }
        return new Generator(batches.iterator());
    }
}
