package dev.weir.engine.answer;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the text of an answer is to be read.
 *
 * @param reasoning the model's marks
 * @param reasoningOpen the prompt opened the reasoning already
 * @param calls the model's way to call tools; {@link ToolFormat#NONE} where none may be called
 * @param tools that it was offered
 * @param callsMax what follows so many calls is left out
 * @param formed the answer is content or calls, not both, so that marks in content are nothing but content
 */
public record AnswerRules(
        ReasoningFormat reasoning,
        boolean reasoningOpen,
        ToolFormat calls,
        List<OfferedTool> tools,
        int callsMax,
        boolean formed) {

    /** More than any model means; one that repeats itself would go on until its tokens run out. */
    public static final int CALLS_MAX = 128;

    public AnswerRules {
        if (reasoningOpen && reasoning == ReasoningFormat.NONE) {
            throw new IllegalArgumentException("reasoning without marks cannot be open");
        }
        if (callsMax < 1 || callsMax > CALLS_MAX) {
            throw new IllegalArgumentException("callsMax must be in [1, " + CALLS_MAX + "]: " + callsMax);
        }
        tools = List.copyOf(tools);
    }

    /** All text is content. */
    public static AnswerRules plain() {
        return new AnswerRules(ReasoningFormat.NONE, false, ToolFormat.NONE, List.of(), CALLS_MAX, false);
    }

    /** Every mark that means something, as it is spelled. */
    public List<String> marks() {
        Stream<String> ofReasoning =
                reasoning == ReasoningFormat.NONE ? Stream.of() : Stream.of(reasoning.opening(), reasoning.closing());
        return Stream.concat(ofReasoning, calls.marks().stream().map(ToolFormat.Mark::text))
                .toList();
    }

    Optional<OfferedTool> tool(String name) {
        return tools.stream().filter(tool -> tool.name().equals(name)).findFirst();
    }
}
