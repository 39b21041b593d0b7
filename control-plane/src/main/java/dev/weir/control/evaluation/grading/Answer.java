package dev.weir.control.evaluation.grading;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What a model answered.
 *
 * @param cost in the currency of the prices that the run was given; 0 without
 */
public record Answer(
        String text,
        List<ToolCall> toolCalls,
        String finishReason,
        long latencyMillis,
        long inputTokens,
        long outputTokens,
        double cost) {
    /** A tool that was called. */
    public record ToolCall(String name, JsonNode arguments) {}

    public Answer {
        toolCalls = List.copyOf(toolCalls);
    }

    /** An answer of text and nothing else. */
    public static Answer of(String text) {
        return new Answer(text, List.of(), "stop", 0, 0, 0, 0);
    }
}
