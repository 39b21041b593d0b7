package dev.weir.engine.http;

import dev.weir.engine.answer.AnswerPart;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What an answer says, as OpenAI spells it: a message, or the deltas of one. Reasoning has vLLM's names, the older and the newer. */
record ChatMessageJson(CallIds ids) {

    /** Puts a part into an empty delta. */
    void delta(ObjectNode delta, int choice, AnswerPart part) {
        switch (part) {
            case AnswerPart.Content(String text) -> delta.put("content", text);
            case AnswerPart.Reasoning(String text) -> putReasoning(delta, text);
            case AnswerPart.CallBegin(int index, String name) -> {
                ObjectNode call = delta.putArray("tool_calls").addObject().put("index", index);
                call.put("id", ids.id(choice, index)).put("type", "function");
                call.putObject("function").put("name", name).put("arguments", "");
            }
            case AnswerPart.CallArguments(int index, String text) -> {
                ObjectNode call = delta.putArray("tool_calls").addObject().put("index", index);
                call.putObject("function").put("arguments", text);
            }
        }
    }

    private static void putReasoning(ObjectNode json, String text) {
        json.put("reasoning_content", text).put("reasoning", text);
    }

    /** Puts all parts into a message. Its content is null where it has none but something else to say. */
    void message(ObjectNode message, int choice, List<AnswerPart> parts) {
        StringBuilder content = new StringBuilder();
        StringBuilder reasoning = new StringBuilder();
        StringBuilder arguments = new StringBuilder();
        ArrayNode calls = message.arrayNode();
        for (AnswerPart part : parts) {
            switch (part) {
                case AnswerPart.Content(String text) -> content.append(text);
                case AnswerPart.Reasoning(String text) -> reasoning.append(text);
                case AnswerPart.CallBegin(int index, String name) -> {
                    arguments.setLength(0);
                    ObjectNode call = calls.addObject().put("id", ids.id(choice, index));
                    call.put("type", "function")
                            .putObject("function")
                            .put("name", name)
                            .put("arguments", "");
                }
                case AnswerPart.CallArguments(int index, String text) ->
                    ((ObjectNode) calls.get(index).get("function"))
                            .put("arguments", arguments.append(text).toString());
            }
        }
        boolean silent = content.isEmpty() && !(calls.isEmpty() && reasoning.isEmpty());
        message.put("content", silent ? null : content.toString()).putNull("refusal");
        if (!reasoning.isEmpty()) {
            putReasoning(message, reasoning.toString());
        }
        if (!calls.isEmpty()) {
            message.set("tool_calls", calls);
        }
    }
}
