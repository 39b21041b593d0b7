package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Value.Arguments;
import dev.weir.engine.model.template.Value.Callable;
import dev.weir.engine.model.template.Value.Dict;
import dev.weir.engine.model.template.Value.Int;
import dev.weir.engine.model.template.Value.Items;
import dev.weir.engine.model.template.Value.Namespace;
import dev.weir.engine.model.template.Value.Text;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/** The functions that every template can call: Jinja's, and those that Transformers adds. */
final class Globals {

    private Globals() {}

    static Scope scope(Clock clock) {
        Scope scope = new Scope(null);
        define(scope, "range", Globals::range);
        define(scope, "dict", Globals::dict);
        define(scope, "namespace", arguments -> {
            Dict initial = dict(arguments);
            Namespace namespace = new Namespace(new LinkedHashMap<>());
            initial.entries().forEach((name, value) -> namespace.attributes().put(PythonText.str(name), value));
            return namespace;
        });
        define(scope, "raise_exception", arguments -> {
            throw TemplateException.raised(PythonText.str(arguments.bindAll("raise_exception", "message")[0]));
        });
        define(scope, "strftime_now", arguments -> {
            String format = PythonText.str(arguments.bindAll("strftime_now", "format")[0]);
            return new Text(strftime(format, ZonedDateTime.now(clock)));
        });
        return scope;
    }

    private static void define(Scope scope, String name, Value.Function body) {
        scope.set(name, new Callable(name, body));
    }

    private static Value range(Arguments arguments) {
        List<Value> given = arguments.positional();
        if (given.isEmpty() || given.size() > 3 || !arguments.named().isEmpty()) {
            throw TemplateException.of("range() takes one to three numbers");
        }
        long first = given.size() == 1 ? 0 : Operations.toLong(given.getFirst());
        long end = Operations.toLong(given.get(given.size() == 1 ? 0 : 1));
        long step = given.size() == 3 ? Operations.toLong(given.get(2)) : 1;
        if (step == 0) {
            throw TemplateException.of("range() with a step of zero");
        }
        List<Value> values = new ArrayList<>();
        for (long i = first; step > 0 ? i < end : i > end; i = Math.addExact(i, step)) {
            if (values.size() == TemplateLimits.RANGE_MAX) {
                throw TemplateException.of("range() of more than " + TemplateLimits.RANGE_MAX + " numbers");
            }
            values.add(new Int(i));
            if (step > 0 ? i > Long.MAX_VALUE - step : i < Long.MIN_VALUE - step) {
                break;
            }
        }
        return Items.list(values);
    }

    private static Dict dict(Arguments arguments) {
        SequencedMap<Value, Value> entries = new LinkedHashMap<>();
        if (arguments.positional().size() > 1) {
            throw TemplateException.of("dict() takes at most one positional argument");
        }
        for (Value initial : arguments.positional()) {
            if (initial instanceof Dict(var copied)) {
                entries.putAll(copied);
                continue;
            }
            for (Value pair : Operations.toList(initial)) {
                List<Value> parts = Operations.toList(pair);
                if (parts.size() != 2) {
                    throw TemplateException.of("dict() needs pairs");
                }
                Operations.put(entries, parts.getFirst(), parts.getLast());
            }
        }
        arguments.named().forEach((name, value) -> entries.put(new Text(name), value));
        return new Dict(entries);
    }

    /** C's {@code strftime} in the C locale; {@code -} after the percent sign drops padding. */
    static String strftime(String format, ZonedDateTime time) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            if (format.charAt(i) != '%' || i + 1 == format.length()) {
                out.append(format.charAt(i));
                continue;
            }
            boolean unpadded = format.charAt(i + 1) == '-' && i + 2 < format.length();
            i += unpadded ? 2 : 1;
            String part = part(format.charAt(i), time);
            out.append(unpadded ? part.replaceFirst("^[0 ]+(?=.)", "") : part);
        }
        return out.toString();
    }

    private static String part(char conversion, ZonedDateTime time) {
        return switch (conversion) {
            case 'a' -> formatted("EEE", time);
            case 'A' -> formatted("EEEE", time);
            case 'b', 'h' -> formatted("MMM", time);
            case 'B' -> formatted("MMMM", time);
            case 'c' -> strftime("%a %b %e %H:%M:%S %Y", time);
            case 'd' -> formatted("dd", time);
            case 'D', 'x' -> formatted("MM/dd/yy", time);
            case 'e' -> "%2d".formatted(time.getDayOfMonth());
            case 'f' -> formatted("SSSSSS", time);
            case 'F' -> formatted("yyyy-MM-dd", time);
            case 'H' -> formatted("HH", time);
            case 'I' -> formatted("hh", time);
            case 'j' -> formatted("DDD", time);
            case 'm' -> formatted("MM", time);
            case 'M' -> formatted("mm", time);
            case 'p' -> formatted("a", time);
            case 'R' -> formatted("HH:mm", time);
            case 'S' -> formatted("ss", time);
            case 's' -> Long.toString(time.toEpochSecond());
            case 'T', 'X' -> formatted("HH:mm:ss", time);
            case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
            case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
            case 'y' -> formatted("yy", time);
            case 'Y' -> formatted("yyyy", time);
            case 'Z', 'z' -> ""; // Transformers takes a time without a zone
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            default -> throw TemplateException.of("strftime_now does not know %" + conversion);
        };
    }

    private static String formatted(String pattern, ZonedDateTime time) {
        return DateTimeFormatter.ofPattern(pattern, Locale.US).format(time);
    }
}
