package dev.weir.models.domain;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** How records and JSON answers are written. */
final class Layout {
    /** Opens a row of a table. The space gives a name there the spelling it has in a sentence, tokens included. */
    static final String ROW = "- ";

    /** Asks for the record itself. */
    static final Phrasing READ_BACK = Phrasing.of(
            "(read|say|repeat|copy|write|print)( back|) (the|this|my) (record|text|data|details)( to me|)( please|)",
            "(can|could|will) you (read|repeat|copy|write down) (the|this|my) (record|text|data|details)( for me|)?",
            "(what|tell me what) (is|stands|is written) in (the|this|my) (record|text)?");

    private static final JsonMapper MAPPER = JsonMapper.shared();

    private Layout() {}

    /** "Label: value", one per line or in one line, in random order. */
    static String lines(Map<String, String> lines, Draw draw) {
        return draw.shuffled(List.copyOf(lines.entrySet())).stream()
                .map(line -> line.getKey() + ": " + line.getValue())
                .collect(Collectors.joining(draw.chance(0.7) ? "\n" : "; "));
    }

    /** "a, b and c". */
    static String enumeration(List<String> names) {
        return String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.getLast();
    }

    /** A JSON object on one line; whole numbers stand without quotes. */
    static String json(Map<String, String> members) {
        return members.entrySet().stream()
                .map(member -> "%s: %s".formatted(quoted(member.getKey()), value(member.getValue())))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String value(String text) {
        return text.matches("[1-9][0-9]*") ? text : quoted(text);
    }

    private static String quoted(String text) {
        return MAPPER.writeValueAsString(text);
    }
}
