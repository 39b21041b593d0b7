package dev.weir.engine.answer;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a model writes what is no plain text.
 *
 * @param showsTools whether its chat template has a place for tools; without, it cannot know of any
 */
public record AnswerFormats(ReasoningFormat reasoning, ToolFormat calls, boolean showsTools) {

    /** What the source of a chat template tells; an empty one where a model has none. */
    public static AnswerFormats of(String template) {
        return new AnswerFormats(
                ReasoningFormat.of(template),
                template.isEmpty() ? ToolFormat.NONE : ToolFormat.of(template),
                template.contains("tools"));
    }

    /** Every mark of every format, as it is spelled: what may be a special token of a model and yet has to be read. */
    public static Set<String> marks() {
        Set<String> marks = new HashSet<>(Set.of(MistralCalls.ARGUMENTS));
        for (ToolFormat format : ToolFormat.values()) {
            format.marks().forEach(mark -> marks.add(mark.text()));
        }
        for (ReasoningFormat format : ReasoningFormat.values()) {
            marks.add(format.opening());
            marks.add(format.closing());
        }
        marks.remove("");
        return marks;
    }

    /** These, but for what an operator chose. */
    public AnswerFormats with(@Nullable ReasoningFormat chosenReasoning, @Nullable ToolFormat chosenCalls) {
        return new AnswerFormats(
                Objects.requireNonNullElse(chosenReasoning, reasoning),
                Objects.requireNonNullElse(chosenCalls, calls),
                showsTools);
    }
}
