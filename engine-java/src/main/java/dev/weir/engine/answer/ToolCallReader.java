package dev.weir.engine.answer;

import dev.weir.engine.answer.ToolFormat.Mark;
import dev.weir.engine.answer.ToolFormat.Place;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells calls from content. What begins like a call and is none becomes content after all, its mark included. */
final class ToolCallReader {

    /** What may become a call is held back until so much; a model that means it is told long before. */
    private static final int HELD_CHARS_MAX = 16 * 1024;

    /** What was read last. */
    private enum Last {
        NOTHING,
        CONTENT,
        CALL
    }

    private final AnswerRules rules;
    private final AnswerParts parts;

    /** What means something after what. */
    private final Map<Last, Map<String, Mark>> marks = new EnumMap<>(Last.class);

    private final MarkScanner scanner = new MarkScanner();
    private final StringBuilder certain = new StringBuilder();

    /** What was read of a block of calls since something was last told. */
    private final StringBuilder held = new StringBuilder();

    private @Nullable CallSyntax block;
    private int callsBeforeBlock;
    private Last last = Last.NOTHING;

    ToolCallReader(AnswerRules rules, AnswerParts parts) {
        this.rules = rules;
        this.parts = parts;
        for (Last place : Last.values()) {
            marks.put(place, marksAfter(place));
        }
    }

    private Map<String, Mark> marksAfter(Last place) {
        Map<String, Mark> meaningful = new LinkedHashMap<>();
        for (Mark mark : rules.calls().marks()) {
            boolean means = switch (mark.place()) {
                case OPENING -> !rules.formed() || place != Last.CONTENT;
                case UNMARKED -> place != Last.CONTENT;
                case CLOSING -> place == Last.CALL;
            };
            if (means) {
                meaningful.put(mark.text(), mark);
            }
        }
        return meaningful;
    }

    private Map<String, Mark> marks() {
        return marks.getOrDefault(last, Map.of());
    }

    void append(String text) {
        if (rules.calls() == ToolFormat.NONE) {
            parts.content(text);
            return;
        }
        String unread = text;
        int next = 0;
        while (next < unread.length()) {
            char character = unread.charAt(next++);
            String again = block == null ? outside(character) : inside(block, character);
            if (!again.isEmpty()) {
                unread = again + unread.substring(next);
                next = 0;
            }
        }
    }

    /** Reads a character outside of calls; returns what is to be read next. */
    private String outside(char character) {
        String found = scanner.read(character, marks().keySet(), certain);
        Mark mark = found == null ? null : marks().get(found);
        content(certain);
        certain.setLength(0);
        if (mark == null || mark.place() == Place.CLOSING) {
            return "";
        }
        block = rules.calls().syntax(mark, rules, parts);
        callsBeforeBlock = parts.callCount();
        if (mark.place() == Place.UNMARKED) {
            return mark.text();
        }
        held.append(mark.text());
        return "";
    }

    private void content(CharSequence text) {
        if (!text.isEmpty()) {
            parts.content(text);
            last = Last.CONTENT;
        }
    }

    /** Reads a character of a block; returns what is to be read again. */
    private String inside(CallSyntax calls, char character) {
        CallSyntax.Reading reading = calls.read(character);
        if (parts.callCount() > callsBeforeBlock) {
            last = Last.CALL;
        }
        return switch (reading) {
            case HELD -> {
                held.append(character);
                yield held.length() <= HELD_CHARS_MAX ? "" : leave();
            }
            case TOLD -> {
                held.setLength(0);
                yield "";
            }
            case DONE -> {
                held.setLength(0);
                block = null;
                yield "";
            }
            case REFUSED -> {
                held.append(character);
                yield leave();
            }
        };
    }

    /**
     * Ends a block in which something is no call. It may be the mark behind the calls, or content; but where the block has no call at all, its
     * own mark is content, and not to be found again.
     */
    private String leave() {
        String again = held.toString();
        held.setLength(0);
        block = null;
        if (parts.callCount() > callsBeforeBlock) {
            return again;
        }
        content(scanner.blanksBeforeMark() + again.charAt(0));
        return again.substring(1);
    }

    boolean holdsText() {
        return !held.isEmpty() || scanner.holdsText();
    }

    /** The answer has ended. */
    void finish() {
        while (block != null) {
            boolean cutOff = rules.formed() && last == Last.CALL; // where there are calls there is no content
            if (block.finish() || held.isEmpty() || cutOff) {
                return;
            }
            append(leave());
        }
        String rest = scanner.flush();
        boolean layout = last == Last.CALL && marks().keySet().stream().anyMatch(mark -> mark.startsWith(rest.strip()));
        if (!layout) {
            content(rest);
        }
    }
}
