package dev.weir.control.evaluation.judge;

import dev.weir.control.evaluation.golden.GoldenCase;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is laid before a judge. All of it comes from outside and is data.
 *
 * @param context what the answer may rely on
 * @param reference a good answer, where there is one
 */
public record Exhibit(
        String question, List<String> context, @Nullable String reference, String answer) {
    private static final String BLANK_LINE = "\n\n";
    /** What records are made of: {@code Gate: 11}, one in a line or several, and rows of tables. */
    private static final Pattern FIELD = Pattern.compile("(?m)(?:^|;)[ \\t]*(?:- |[^:;\\n]{1,40}: )");

    public Exhibit {
        context = List.copyOf(context);
    }

    /** An answer to a golden case. */
    public static Exhibit of(GoldenCase golden, String answer) {
        return new Exhibit(golden.question(), golden.context(), golden.reference(), answer);
    }

    /** The same with another answer. */
    Exhibit withAnswer(String other) {
        return new Exhibit(question, context, reference, other);
    }

    /** Where the context is part of the question, as people paste it: before the last paragraph, or the last one if that is more of a record. */
    Exhibit withContextApart() {
        String stripped = question.strip();
        int at = stripped.lastIndexOf(BLANK_LINE);
        if (!context.isEmpty() || at < 0) {
            return this;
        }
        String before = stripped.substring(0, at).strip();
        String last = stripped.substring(at).strip();
        return fieldCount(last) > fieldCount(before)
                ? new Exhibit(before, List.of(last), reference, answer)
                : new Exhibit(last, List.of(before), reference, answer);
    }

    private static long fieldCount(String paragraph) {
        return FIELD.matcher(paragraph).results().count();
    }

    String contextText() {
        return context.stream().collect(Collectors.joining(BLANK_LINE));
    }
}
