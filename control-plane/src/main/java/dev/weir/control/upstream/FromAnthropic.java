package dev.weir.control.upstream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Anthropic's message as the chat completion that a caller of ours expects. */
final class FromAnthropic {
    private static final JsonMapper JSON = JsonMapper.shared();

    private FromAnthropic() {}

    static byte[] answer(byte[] message, long createdEpochSeconds) {
        JsonNode from = JSON.readTree(message);
        ObjectNode completion = JSON.createObjectNode()
                .put("id", id(from))
                .put("object", "chat.completion")
                .put("created", createdEpochSeconds)
                .put("model", from.path("model").asString(""));
        ObjectNode choice = completion.putArray("choices").addObject().put("index", 0);
        ObjectNode answer = choice.putObject("message").put("role", "assistant");
        StringBuilder text = new StringBuilder();
        StringBuilder thinking = new StringBuilder();
        ArrayNode calls = JSON.createArrayNode();
        for (JsonNode block : from.path("content").values()) {
            switch (block.path("type").asString("")) {
                case "text" -> text.append(block.path("text").asString(""));
                case "thinking" -> thinking.append(block.path("thinking").asString(""));
                case "tool_use" -> calls.add(call(block));
                default -> {
                    // Blocks of the provider's own tools, which nobody here asked for.
                }
            }
        }
        answer.put("content", text.isEmpty() && !calls.isEmpty() ? null : text.toString());
        if (!thinking.isEmpty()) {
            answer.put("reasoning_content", thinking.toString());
        }
        if (!calls.isEmpty()) {
            answer.set("tool_calls", calls);
        }
        choice.put("finish_reason", finishReason(from.path("stop_reason").asString("")));
        JsonNode stop = from.path("stop_sequence");
        if (stop.isString()) {
            choice.set("stop_reason", stop);
        }
        completion.set("usage", usage(from.path("usage")));
        return JSON.writeValueAsBytes(completion);
    }

    static String id(JsonNode message) {
        return "chatcmpl-" + message.path("id").asString("").replaceFirst("^msg_", "");
    }

    private static ObjectNode call(JsonNode block) {
        ObjectNode call =
                JSON.createObjectNode().put("id", block.path("id").asString("")).put("type", "function");
        call.putObject("function")
                .put("name", block.path("name").asString(""))
                .put("arguments", block.path("input").toString());
        return call;
    }

    static String finishReason(String stopReason) {
        return switch (stopReason) {
            case "max_tokens", "model_context_window_exceeded" -> "length";
            case "tool_use" -> "tool_calls";
            case "refusal" -> "content_filter";
            default -> "stop";
        };
    }

    /** OpenAI counts what was found computed as part of the input; Anthropic counts it beside it. */
    static ObjectNode usage(JsonNode from) {
        long cached = from.path("cache_read_input_tokens").asLong(0);
        long input = from.path("input_tokens").asLong(0)
                + cached
                + from.path("cache_creation_input_tokens").asLong(0);
        long output = from.path("output_tokens").asLong(0);
        ObjectNode usage = JSON.createObjectNode()
                .put("prompt_tokens", input)
                .put("completion_tokens", output)
                .put("total_tokens", input + output);
        usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
        return usage;
    }
}
