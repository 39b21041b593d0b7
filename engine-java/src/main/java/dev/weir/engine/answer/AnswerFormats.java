package dev.weir.engine.answer;

import java.util.Objects;
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

    /** These, but for what an operator chose. */
    public AnswerFormats with(@Nullable ReasoningFormat chosenReasoning, @Nullable ToolFormat chosenCalls) {
        return new AnswerFormats(
                Objects.requireNonNullElse(chosenReasoning, reasoning),
                Objects.requireNonNullElse(chosenCalls, calls),
                showsTools);
    }
}
