package dev.weir.control.evaluation.judge;

import dev.weir.control.evaluation.golden.GoldenCase;
import java.util.List;
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

    /** Where the context is part of the question, as people paste it: all but the last paragraph. */
    Exhibit withContextApart() {
        int at = question.strip().lastIndexOf(BLANK_LINE);
        if (!context.isEmpty() || at < 0) {
            return this;
        }
        String stripped = question.strip();
        return new Exhibit(
                stripped.substring(at).strip(),
                List.of(stripped.substring(0, at).strip()),
                reference,
                answer);
    }

    String contextText() {
        return context.stream().collect(Collectors.joining(BLANK_LINE));
    }
}
