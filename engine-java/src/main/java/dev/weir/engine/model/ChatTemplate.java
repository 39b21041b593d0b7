package dev.weir.engine.model;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Turns a conversation into the prompt that a model was trained on. Safe for use from any thread. */
public interface ChatTemplate {

    /**
     * The prompt, to be encoded without adding special tokens: the template has written them.
     *
     * <p>Contents may be texts or lists of OpenAI's {@code text} parts, and the arguments of tool calls JSON objects or their text,
     * whichever the template was written for.
     *
     * @param addGenerationPrompt end with the opening of the assistant's turn
     * @param extras further variables that a template may know ({@code tools}, {@code documents}, {@code enable_thinking}): strings,
     *     numbers, booleans, lists and maps
     * @param callers applied to every text that comes from outside, however deep, just before the template sees it; all but the roles
     * @throws ChatTemplateException where the template refuses the conversation or cannot render it
     */
    String render(
            List<ChatMessage> messages,
            boolean addGenerationPrompt,
            Map<String, Object> extras,
            UnaryOperator<String> callers);

    /** What it was written as; of a model with a template of its own for tools, both. */
    String source();

    /** The same, with texts as they are. */
    default String render(List<ChatMessage> messages, boolean addGenerationPrompt, Map<String, Object> extras) {
        return render(messages, addGenerationPrompt, extras, UnaryOperator.identity());
    }
}
