package dev.weir.control.compression;

import dev.weir.control.completion.PromptText;
import java.util.ArrayList;
import java.util.List;
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

    /** Context within what a user says, as retrieval commonly marks it. */
    private static final Pattern MARKED = Pattern.compile(
            "<(document|documents|context|source|search_results)\\b[^>]{0,200}>(.*?)</\\1>", Pattern.DOTALL);

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
                .map(text -> MARKED.matcher(text.text()).replaceAll(" ").strip())
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
        Matcher marked = MARKED.matcher(text);
        StringBuilder whole = new StringBuilder();
        int from = 0;
        while (marked.find()) {
            whole.append(text, from, marked.start(2)).append(shortened(marked.group(2), question, rule));
            from = marked.end(2);
        }
        return whole.append(text, from, text.length()).toString();
    }
}
