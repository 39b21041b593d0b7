package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Value.Arguments;
import dev.weir.engine.model.template.Value.Bool;
import dev.weir.engine.model.template.Value.Callable;
import dev.weir.engine.model.template.Value.Int;
import dev.weir.engine.model.template.Value.Items;
import dev.weir.engine.model.template.Value.Text;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str} that templates call. */
final class TextMethods {

    private static final Map<String, BiFunction<String, Arguments, Value>> METHODS = Map.ofEntries(
            method("strip", (text, arguments) -> strip("strip", text, arguments, true, true)),
            method("lstrip", (text, arguments) -> strip("lstrip", text, arguments, true, false)),
            method("rstrip", (text, arguments) -> strip("rstrip", text, arguments, false, true)),
            method("split", (text, arguments) -> split("split", text, arguments, false)),
            method("rsplit", (text, arguments) -> split("rsplit", text, arguments, true)),
            method("splitlines", TextMethods::splitLines),
            method("startswith", (text, arguments) -> affixed("startswith", arguments, text::startsWith)),
            method("endswith", (text, arguments) -> affixed("endswith", arguments, text::endsWith)),
            method("removeprefix", (text, arguments) -> {
                String prefix = one("removeprefix", arguments);
                return new Text(text.startsWith(prefix) ? text.substring(prefix.length()) : text);
            }),
            method("removesuffix", (text, arguments) -> {
                String suffix = one("removesuffix", arguments);
                return new Text(text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text);
            }),
            method("replace", (text, arguments) -> {
                @Nullable Value[] given = arguments.bind("replace", "old", "new", "count");
                return replace(
                        text,
                        required(given[0]),
                        required(given[1]),
                        given[2] == null ? -1 : Operations.toLong(given[2]));
            }),
            method("upper", (text, arguments) -> none("upper", arguments, text.toUpperCase(Locale.ROOT))),
            method("lower", (text, arguments) -> none("lower", arguments, text.toLowerCase(Locale.ROOT))),
            method("capitalize", (text, arguments) -> none("capitalize", arguments, capitalize(text))),
            method("title", (text, arguments) -> none("title", arguments, title(text))),
            method("find", (text, arguments) -> index(text, text.indexOf(one("find", arguments)))),
            method("rfind", (text, arguments) -> index(text, text.lastIndexOf(one("rfind", arguments)))),
            method("index", (text, arguments) -> {
                int at = text.indexOf(one("index", arguments));
                if (at < 0) {
                    throw TemplateException.of("substring not found");
                }
                return index(text, at);
            }),
            method("count", (text, arguments) -> new Int(count(text, one("count", arguments)))),
            method("join", (text, arguments) -> join(text, arguments.bindAll("join", "values")[0])),
            method("partition", (text, arguments) -> partition(text, one("partition", arguments), false)),
            method("rpartition", (text, arguments) -> partition(text, one("rpartition", arguments), true)),
            method("isdigit", (text, arguments) -> every("isdigit", text, arguments, Character::isDigit)),
            method("isnumeric", (text, arguments) -> every("isnumeric", text, arguments, Character::isDigit)),
            method("isalpha", (text, arguments) -> every("isalpha", text, arguments, Character::isLetter)),
            method("isalnum", (text, arguments) -> every("isalnum", text, arguments, Character::isLetterOrDigit)),
            method("isspace", (text, arguments) -> every("isspace", text, arguments, PythonText::isSpace)),
            method("isupper", (text, arguments) -> cased("isupper", text, arguments, Character::isLowerCase)),
            method("islower", (text, arguments) -> cased("islower", text, arguments, Character::isUpperCase)),
            method("format", TextMethods::format));

    private TextMethods() {}

    static @Nullable Callable find(String text, String name) {
        BiFunction<String, Arguments, Value> method = METHODS.get(name);
        return method == null ? null : new Callable(name, arguments -> method.apply(text, arguments));
    }

    private static Map.Entry<String, BiFunction<String, Arguments, Value>> method(
            String name, BiFunction<String, Arguments, Value> body) {
        return Map.entry(name, body);
    }

    private static Text none(String name, Arguments arguments, String result) {
        arguments.bind(name);
        return new Text(result);
    }

    private static String one(String name, Arguments arguments) {
        return Operations.toText(arguments.bindAll(name, "text")[0]);
    }

    private static String required(@Nullable Value argument) {
        if (argument == null) {
            throw TemplateException.of("replace() needs two arguments");
        }
        return Operations.toText(argument);
    }

    private static boolean isGiven(@Nullable Value argument) {
        return argument != null && argument != Value.None.NONE;
    }

    static Text strip(String name, String text, Arguments arguments, boolean left, boolean right) {
        @Nullable Value chars = arguments.bind(name, "chars")[0];
        IntPredicate stripped = PythonText::isSpace;
        if (chars != null && isGiven(chars)) {
            String set = Operations.toText(chars);
            stripped = c -> set.indexOf(c) >= 0;
        }
        int from = left ? PythonText.firstKept(text, stripped) : 0;
        int to = right ? PythonText.lastKept(text, from, stripped) : text.length();
        return new Text(text.substring(from, to));
    }

    private static Value split(String name, String text, Arguments arguments, boolean fromRight) {
        @Nullable Value[] given = arguments.bind(name, "sep", "maxsplit");
        long splitsMax =
                given[1] == null || Operations.toLong(given[1]) < 0 ? Long.MAX_VALUE : Operations.toLong(given[1]);
        List<String> parts;
        if (given[0] == null || !isGiven(given[0])) {
            parts = fromRight ? splitAtSpacesFromRight(text, splitsMax) : splitAtSpaces(text, splitsMax);
        } else {
            String separator = Operations.toText(given[0]);
            if (separator.isEmpty()) {
                throw TemplateException.of("split() with an empty separator");
            }
            parts = fromRight ? splitFromRight(text, separator, splitsMax) : splitAt(text, separator, splitsMax);
        }
        return Items.list(parts.stream().<Value>map(Text::new).toList());
    }

    private static List<String> splitAt(String text, String separator, long splitsMax) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int at = text.indexOf(separator);
                at >= 0 && parts.size() < splitsMax;
                at = text.indexOf(separator, from)) {
            parts.add(text.substring(from, at));
            from = at + separator.length();
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static List<String> splitFromRight(String text, String separator, long splitsMax) {
        List<String> parts = new ArrayList<>();
        int to = text.length();
        for (int at = text.lastIndexOf(separator);
                at >= 0 && parts.size() < splitsMax;
                at = at == 0 ? -1 : text.lastIndexOf(separator, at - separator.length())) {
            parts.addFirst(text.substring(at + separator.length(), to));
            to = at;
        }
        parts.addFirst(text.substring(0, to));
        return parts;
    }

    private static List<String> splitAtSpaces(String text, long splitsMax) {
        List<String> parts = new ArrayList<>();
        String rest = text.substring(PythonText.firstKept(text, PythonText::isSpace));
        while (!rest.isEmpty()) {
            int end = parts.size() < splitsMax
                    ? PythonText.firstKept(rest, c -> !PythonText.isSpace(c))
                    : PythonText.lastKept(rest, 0, PythonText::isSpace);
            parts.add(rest.substring(0, end));
            rest = rest.substring(end);
            rest = rest.substring(PythonText.firstKept(rest, PythonText::isSpace));
        }
        return parts;
    }

    private static List<String> splitAtSpacesFromRight(String text, long splitsMax) {
        List<String> parts = new ArrayList<>();
        String rest = PythonText.rstrip(text);
        while (!rest.isEmpty()) {
            int begin = parts.size() < splitsMax
                    ? PythonText.lastKept(rest, 0, c -> !PythonText.isSpace(c))
                    : PythonText.firstKept(rest, PythonText::isSpace);
            parts.addFirst(rest.substring(begin));
            rest = PythonText.rstrip(rest.substring(0, begin));
        }
        return parts;
    }

    private static Value splitLines(String text, Arguments arguments) {
        @Nullable Value keepEnds = arguments.bind("splitlines", "keepends")[0];
        boolean keep = keepEnds != null && Operations.truth(keepEnds);
        List<Value> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            if ("\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029".indexOf(text.charAt(i)) < 0) {
                continue;
            }
            int end = i;
            if (text.startsWith("\r\n", i)) {
                i++;
            }
            lines.add(new Text(text.substring(from, keep ? i + 1 : end)));
            from = i + 1;
        }
        if (from < text.length()) {
            lines.add(new Text(text.substring(from)));
        }
        return Items.list(lines);
    }

    private static Value affixed(String name, Arguments arguments, Predicate<String> has) {
        Value affix = arguments.bindAll(name, "affix")[0];
        List<Value> affixes = affix instanceof Items(var values, boolean tuple) && tuple ? values : List.of(affix);
        return Bool.of(affixes.stream().map(Operations::toText).anyMatch(has));
    }

    static Text replace(String text, String old, String replacement, long countMax) {
        long occurrences = old.isEmpty() ? text.length() + 1L : count(text, old);
        long count = countMax < 0 ? occurrences : Math.min(countMax, occurrences);
        Text.requireTextLength(text.length() + count * ((long) replacement.length() - old.length()));
        if (count == occurrences) {
            return new Text(text.replace(old, replacement));
        }
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (long i = 0; i < count; i++) {
            int at = text.indexOf(old, from + (old.isEmpty() && i > 0 ? 1 : 0));
            out.append(text, from, at).append(replacement);
            from = at + old.length();
        }
        return new Text(out.append(text, from, text.length()).toString());
    }

    private static long count(String text, String part) {
        if (part.isEmpty()) {
            return text.codePointCount(0, text.length()) + 1L;
        }
        long count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    static Text join(String separator, Value values) {
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (Iterator<Value> rest = Operations.iterate(values); rest.hasNext(); first = false) {
            out.append(first ? "" : separator).append(Operations.toText(rest.next()));
            Text.requireTextLength(out.length());
        }
        return new Text(out.toString());
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.codePointAt(0));
        return text.substring(0, first).toUpperCase(Locale.ROOT)
                + text.substring(first).toLowerCase(Locale.ROOT);
    }

    private static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            out.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inWord = Character.isLetter(c);
        }
        return out.toString();
    }

    private static Value index(String text, int at) {
        return new Int(at < 0 ? -1 : text.codePointCount(0, at));
    }

    private static Value partition(String text, String separator, boolean fromRight) {
        if (separator.isEmpty()) {
            throw TemplateException.of("partition() with an empty separator");
        }
        int at = fromRight ? text.lastIndexOf(separator) : text.indexOf(separator);
        if (at < 0) {
            return fromRight
                    ? Items.tuple(Text.EMPTY, Text.EMPTY, new Text(text))
                    : Items.tuple(new Text(text), Text.EMPTY, Text.EMPTY);
        }
        return Items.tuple(
                new Text(text.substring(0, at)),
                new Text(separator),
                new Text(text.substring(at + separator.length())));
    }

    private static Value every(String name, String text, Arguments arguments, IntPredicate test) {
        arguments.bind(name);
        return Bool.of(!text.isEmpty() && text.codePoints().allMatch(test));
    }

    private static Value cased(String name, String text, Arguments arguments, IntPredicate otherCase) {
        arguments.bind(name);
        return Bool.of(isCased(text, otherCase));
    }

    /** Has letters of a case, and none of the other. */
    static boolean isCased(String text, IntPredicate otherCase) {
        return text.codePoints().anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c))
                && text.codePoints().noneMatch(otherCase);
    }

    /** {@code str.format} with {@code {}}, {@code {0}} and {@code {name}}; format specifications are not supported. */
    private static Value format(String text, Arguments arguments) {
        StringBuilder out = new StringBuilder();
        int automatic = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean doubled = i + 1 < text.length() && text.charAt(i + 1) == c;
            if ((c == '{' || c == '}') && doubled) {
                out.append(c);
                i++;
            } else if (c == '{') {
                int end = text.indexOf('}', i);
                String field = end < 0 ? "" : text.substring(i + 1, end);
                if (end < 0 || !field.matches("\\w*")) {
                    throw TemplateException.of("the format field '{" + field + "' is not supported");
                }
                out.append(PythonText.str(field(field.isEmpty() ? "" + automatic++ : field, arguments)));
                i = end;
            } else {
                out.append(c);
            }
            Text.requireTextLength(out.length());
        }
        return new Text(out.toString());
    }

    private static Value field(String field, Arguments arguments) {
        @Nullable
        Value value = field.matches("\\d{1,4}")
                ? (Integer.parseInt(field) < arguments.positional().size()
                        ? arguments.positional().get(Integer.parseInt(field))
                        : null)
                : arguments.named().get(field);
        if (value == null) {
            throw TemplateException.of("format() misses the argument '" + field + "'");
        }
        return value;
    }
}
