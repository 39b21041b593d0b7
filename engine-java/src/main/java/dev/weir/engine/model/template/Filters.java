package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Value.Arguments;
import dev.weir.engine.model.template.Value.Bool;
import dev.weir.engine.model.template.Value.Dict;
import dev.weir.engine.model.template.Value.Int;
import dev.weir.engine.model.template.Value.Items;
import dev.weir.engine.model.template.Value.Real;
import dev.weir.engine.model.template.Value.Text;
import dev.weir.engine.model.template.Value.Undefined;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Jinja's filters by name: those on single values are here, those on lists in {@link ListFilters}. */
final class Filters {

    /** What a filter does with its input. */
    @FunctionalInterface
    interface Filter {
        Value apply(Value input, Arguments arguments);
    }

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Pattern WORD = Pattern.compile("[^-\\s({\\[<]+");
    private static final Map<String, Filter> FILTERS = all();

    private Filters() {}

    static Value apply(String name, Value input, Arguments arguments) {
        Filter filter = FILTERS.get(name);
        if (filter == null) {
            throw TemplateException.of("the filter '" + name + "' is not supported");
        }
        return filter.apply(input, arguments);
    }

    static boolean exists(String name) {
        return FILTERS.containsKey(name);
    }

    private static Map<String, Filter> all() {
        Map<String, Filter> filters = new HashMap<>(ListFilters.FILTERS);
        filters.put("default", Filters::defaulted);
        filters.put("d", Filters::defaulted);
        filters.put("tojson", Filters::toJson);
        filters.put("from_json", Filters::fromJson);
        filters.put("string", (input, arguments) -> text("string", input, arguments));
        filters.put("safe", (input, arguments) -> text("safe", input, arguments));
        filters.put("escape", Filters::escape);
        filters.put("e", Filters::escape);
        filters.put(
                "upper",
                (input, arguments) ->
                        new Text(text("upper", input, arguments).value().toUpperCase(Locale.ROOT)));
        filters.put(
                "lower",
                (input, arguments) ->
                        new Text(text("lower", input, arguments).value().toLowerCase(Locale.ROOT)));
        filters.put(
                "capitalize",
                (input, arguments) -> new Text(TextMethods.capitalize(
                        text("capitalize", input, arguments).value())));
        filters.put(
                "title",
                (input, arguments) ->
                        new Text(title(text("title", input, arguments).value())));
        filters.put(
                "trim", (input, arguments) -> TextMethods.strip("trim", PythonText.str(input), arguments, true, true));
        filters.put("replace", Filters::replace);
        filters.put("indent", Filters::indent);
        filters.put("truncate", Filters::truncate);
        filters.put(
                "wordcount",
                (input, arguments) -> new Int(WORD_CHARS
                        .matcher(text("wordcount", input, arguments).value())
                        .results()
                        .count()));
        filters.put(
                "urlencode",
                (input, arguments) -> new Text(
                        URLEncoder.encode(text("urlencode", input, arguments).value(), StandardCharsets.UTF_8)
                                .replace("+", "%20")
                                .replace("%2F", "/")));
        filters.put(
                "format",
                (input, arguments) ->
                        Arithmetic.formatted(PythonText.str(input), new Items(arguments.positional(), true)));
        filters.put(
                "attr",
                (input, arguments) ->
                        Members.attributeOnly(input, PythonText.str(arguments.bindAll("attr", "name")[0])));
        filters.put("abs", (input, arguments) -> {
            arguments.bind("abs");
            return Operations.toDouble(input) < 0 ? Arithmetic.negate(input) : input;
        });
        filters.put("int", Filters::toInt);
        filters.put("float", Filters::toFloat);
        filters.put("round", Filters::round);
        return Map.copyOf(filters);
    }

    private static final Pattern WORD_CHARS = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

    private static Text text(String name, Value input, Arguments arguments) {
        arguments.bind(name);
        return new Text(PythonText.str(input));
    }

    private static boolean isTrue(@Nullable Value value) {
        return value != null && Operations.truth(value);
    }

    private static long integer(@Nullable Value value, long otherwise) {
        return value == null ? otherwise : Operations.toLong(value);
    }

    private static Value defaulted(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("default", "default_value", "boolean");
        boolean replaced = input instanceof Undefined || (isTrue(given[1]) && !Operations.truth(input));
        return !replaced ? input : given[0] == null ? Text.EMPTY : given[0];
    }

    private static Value toJson(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        boolean indented = given[1] != null && given[1] != Value.None.NONE;
        String itemSeparator = indented ? "," : ", ";
        String keySeparator = ": ";
        if (given[2] instanceof Items(var separators, var _) && separators.size() == 2) {
            itemSeparator = Operations.toText(separators.getFirst());
            keySeparator = Operations.toText(separators.getLast());
        }
        int indent = indented ? Math.clamp(integer(given[1], 0), 0, Short.MAX_VALUE) : -1;
        return new Text(
                new JsonText(isTrue(given[0]), indent, itemSeparator, keySeparator, isTrue(given[3])).write(input));
    }

    /** Not Jinja's, but templates that must take apart a tool call's arguments use it where it exists. */
    private static Value fromJson(Value input, Arguments arguments) {
        arguments.bind("from_json");
        try {
            return Value.of(JSON.readValue(Operations.toText(input), Object.class));
        } catch (JacksonException e) {
            throw TemplateException.of("from_json was given a text that is no JSON");
        }
    }

    private static Value escape(Value input, Arguments arguments) {
        return new Text(text("escape", input, arguments)
                .value()
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;"));
    }

    private static String title(String text) {
        Matcher words = WORD.matcher(text);
        return words.replaceAll(word -> Matcher.quoteReplacement(TextMethods.capitalize(word.group())));
    }

    private static Value replace(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("replace", "old", "new", "count");
        if (given[0] == null || given[1] == null) {
            throw TemplateException.of("replace needs two arguments");
        }
        boolean all = given[2] == null || given[2] == Value.None.NONE;
        return TextMethods.replace(
                PythonText.str(input),
                PythonText.str(given[0]),
                PythonText.str(given[1]),
                all ? -1 : integer(given[2], -1));
    }

    private static Value indent(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("indent", "width", "first", "blank");
        String indentation = given[0] instanceof Text(String text)
                ? text
                : " ".repeat(Math.clamp(integer(given[0], 4), 0, Short.MAX_VALUE));
        String[] lines = PythonText.str(input).split("\n", -1);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < lines.length; i++) {
            boolean indents = i == 0 ? isTrue(given[1]) : isTrue(given[2]) || !lines[i].isEmpty();
            out.append(i == 0 ? "" : "\n").append(indents ? indentation : "").append(lines[i]);
            Text.requireTextLength(out.length());
        }
        return new Text(out.toString());
    }

    private static Value truncate(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("truncate", "length", "killwords", "end", "leeway");
        String text = PythonText.str(input);
        String end = given[2] == null ? "..." : PythonText.str(given[2]);
        long length = integer(given[0], 255);
        long size = text.codePointCount(0, text.length());
        if (size <= length + integer(given[3], 5)) {
            return new Text(text);
        }
        long kept = length - end.codePointCount(0, end.length());
        if (kept < 0) {
            throw TemplateException.of("truncate to " + length + " characters leaves no room for '" + end + "'");
        }
        String head = text.substring(0, text.offsetByCodePoints(0, (int) kept));
        int lastSpace = head.lastIndexOf(' ');
        return new Text((isTrue(given[1]) || lastSpace < 0 ? head : head.substring(0, lastSpace)) + end);
    }

    private static Value toInt(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("int", "default", "base");
        Value otherwise = given[0] == null ? new Int(0) : given[0];
        return switch (input) {
            case Int _ -> input;
            case Bool bool -> new Int(bool == Bool.TRUE ? 1 : 0);
            case Real(double number) -> Double.isFinite(number) ? new Int((long) number) : otherwise;
            case Text(String text) -> {
                String digits = PythonText.strip(text).replace("_", "");
                try {
                    yield new Int(Long.parseLong(digits, Math.clamp(integer(given[1], 10), 2, 36)));
                } catch (NumberFormatException _) {
                    @Nullable Double number = parse(digits);
                    yield number == null || !Double.isFinite(number) ? otherwise : new Int(number.longValue());
                }
            }
            default -> otherwise;
        };
    }

    private static Value toFloat(Value input, Arguments arguments) {
        @Nullable Value given = arguments.bind("float", "default")[0];
        Value otherwise = given == null ? new Real(0) : given;
        if (Operations.isNumber(input)) {
            return new Real(Operations.toDouble(input));
        }
        @Nullable Double number = input instanceof Text(String text) ? parse(PythonText.strip(text)) : null;
        return number == null ? otherwise : new Real(number);
    }

    private static @Nullable Double parse(String digits) {
        try {
            return digits.matches("[-+]?[0-9.]+([eE][-+]?[0-9]+)?") ? Double.valueOf(digits) : null;
        } catch (NumberFormatException _) {
            return null;
        }
    }

    private static Value round(Value input, Arguments arguments) {
        @Nullable Value[] given = arguments.bind("round", "precision", "method");
        RoundingMode mode = switch (given[1] == null ? "common" : PythonText.str(given[1])) {
            case "common" -> RoundingMode.HALF_EVEN;
            case "ceil" -> RoundingMode.CEILING;
            case "floor" -> RoundingMode.FLOOR;
            default -> throw TemplateException.of("round knows the methods common, ceil and floor");
        };
        double number = Operations.toDouble(input);
        int precision = Math.clamp(integer(given[0], 0), -400, 400);
        if (!(input instanceof Real) && mode == RoundingMode.HALF_EVEN) {
            return new Int(BigDecimal.valueOf(Operations.toLong(input))
                    .setScale(Math.min(precision, 0), mode)
                    .longValue());
        }
        if (!Double.isFinite(number)) {
            return new Real(number);
        }
        return new Real(new BigDecimal(number).setScale(precision, mode).doubleValue());
    }

    /** The entries of a map, where there is one. */
    static Items pairs(String filter, Value input) {
        if (input instanceof Undefined) {
            return Items.list(List.of());
        }
        if (input instanceof Dict dict) {
            return Members.items(dict);
        }
        throw TemplateException.of("the filter '" + filter + "' needs a map, not a " + Operations.typeName(input));
    }
}
