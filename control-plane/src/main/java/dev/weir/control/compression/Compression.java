package dev.weir.control.compression;

import dev.weir.control.completion.PromptText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A prompt whose long context is shortened to what its last question is about.
 *
 * @param texts one for each that there was
 * @param charsBefore of the contexts that were shortened
 * @param charsAfter of what is left of them
 */
public record Compression(List<PromptText> texts, long charsBefore, long charsAfter) {
    private static final String USER = "user";

    /** Where context begins within what a user says, as retrieval commonly marks it. */
    private static final Pattern BEGINNING =
            Pattern.compile("<(document|documents|context|source|search_results)\\b[^>]{0,200}>");

    public Compression {
        texts = List.copyOf(texts);
    }

    /** Whether anything became shorter. */
    public boolean hasSaved() {
        return charsAfter < charsBefore;
    }

    /** By a rule. Pure. */
    public static Compression of(List<PromptText> texts, CompressionRules.Rule rule) {
        String question = question(texts);
        List<PromptText> goingOn = new ArrayList<>();
        long before = 0;
        long after = 0;
        for (PromptText text : texts) {
            String shorter = switch (text.role()) {
                case "tool", "function" -> shortened(text.text(), question, rule);
                case USER -> withinMarks(text.text(), question, rule);
                default -> text.text();
            };
            if (shorter.length() < text.text().length()) {
                before += text.text().length();
                after += shorter.length();
            }
            goingOn.add(new PromptText(text.role(), shorter));
        }
        return new Compression(goingOn, before, after);
    }

    /** What is asked: the last that the user says, without the context that comes with it. */
    private static String question(List<PromptText> texts) {
        return texts.reversed().stream()
                .filter(text -> text.role().equals(USER))
                .map(text -> withoutContext(text.text()).strip())
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static String shortened(String context, String question, CompressionRules.Rule rule) {
        return context.length() < rule.fromChars()
                ? context
                : Extract.of(context, question, rule.keep()).orElse(context);
    }

    private static String withinMarks(String text, String question, CompressionRules.Rule rule) {
        StringBuilder whole = new StringBuilder();
        int from = 0;
        for (Marked context : contexts(text)) {
            whole.append(text, from, context.begin())
                    .append(shortened(text.substring(context.begin(), context.end()), question, rule));
            from = context.end();
        }
        return whole.append(text, from, text.length()).toString();
    }

    private static String withoutContext(String text) {
        StringBuilder rest = new StringBuilder();
        int from = 0;
        for (Marked context : contexts(text)) {
            rest.append(text, from, context.markBegin()).append(' ');
            from = context.markEnd();
        }
        return rest.append(text, from, text.length()).toString();
    }

    /** A context, and the marks around it. */
    private record Marked(int markBegin, int begin, int end, int markEnd) {}

    /** Each ends where the next mark of its name says so. The text is gone through once for each name, however many marks in it have no end. */
    private static List<Marked> contexts(String text) {
        List<Marked> contexts = new ArrayList<>();
        Set<String> endless = new HashSet<>();
        Matcher beginning = BEGINNING.matcher(text);
        for (int from = 0; beginning.find(from); ) {
            String endMark = "</" + beginning.group(1) + ">";
            int end = endless.contains(endMark) ? -1 : text.indexOf(endMark, beginning.end());
            if (end < 0) {
                endless.add(endMark);
                from = beginning.end();
            } else {
                contexts.add(new Marked(beginning.start(), beginning.end(), end, end + endMark.length()));
                from = end + endMark.length();
            }
        }
        return contexts;
    }
}
