package dev.weir.control.ingress;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers in Anthropic's words: what engines answer as chat completions, and what is refused. */
final class MessagesAnswer {
    private static final JsonMapper JSON = JsonMapper.shared();

    private MessagesAnswer() {}

    static byte[] message(byte[] completion) {
        JsonNode from = JSON.readTree(completion);
        JsonNode choice = from.path("choices").path(0);
        JsonNode answer = choice.path("message");
        ArrayNode content = JSON.createArrayNode();
        String thinking = reasoning(answer);
        if (!thinking.isEmpty()) {
            content.add(thinkingBlock().put("thinking", thinking));
        }
        String text = answer.path("content").asString("");
        if (!text.isEmpty()) {
            content.addObject().put("type", "text").put("text", text);
        }
        for (JsonNode call : answer.path("tool_calls").values()) {
            JsonNode function = call.path("function");
            ObjectNode block = callBlock(
                    call.path("id").asString(""), function.path("name").asString(""));
            block.set("input", input(function.path("arguments").asString("")));
            content.add(block);
        }
        ObjectNode message = head(from, content);
        message.put("stop_reason", stopReason(choice));
        message.set("stop_sequence", stopSequence(choice));
        message.set("usage", usage(from.path("usage")));
        return JSON.writeValueAsBytes(message);
    }

    static ObjectNode head(JsonNode from, ArrayNode content) {
        ObjectNode message = JSON.createObjectNode()
                .put("id", "msg_" + from.path("id").asString("").replaceFirst("^chatcmpl-", ""))
                .put("type", "message")
                .put("role", "assistant")
                .put("model", from.path("model").asString(""));
        message.set("content", content);
        return message;
    }

    static String reasoning(JsonNode from) {
        return from.path("reasoning_content").asString(from.path("reasoning").asString(""));
    }

    /** Signatures are of models whose thoughts are checked when they come back; ours are taken as they are. */
    static ObjectNode thinkingBlock() {
        return JSON.createObjectNode()
                .put("type", "thinking")
                .put("thinking", "")
                .put("signature", "");
    }

    static ObjectNode callBlock(String id, String name) {
        ObjectNode block =
                JSON.createObjectNode().put("type", "tool_use").put("id", id).put("name", name);
        block.putObject("input");
        return block;
    }

    /** What a model wrote that is no object is still told. */
    private static JsonNode input(String arguments) {
        try {
            JsonNode input = JSON.readTree(arguments.isBlank() ? "{}" : arguments);
            return input.isObject() ? input : JSON.createObjectNode().set("arguments", input);
        } catch (JacksonException _) {
            return JSON.createObjectNode().put("arguments", arguments);
        }
    }

    static @Nullable String stopReason(JsonNode choice) {
        return switch (choice.path("finish_reason").asString("")) {
            case "stop" -> choice.path("stop_reason").isString() ? "stop_sequence" : "end_turn";
            case "length" -> "max_tokens";
            case "tool_calls" -> "tool_use";
            case "content_filter" -> "refusal";
            default -> null;
        };
    }

    static JsonNode stopSequence(JsonNode choice) {
        JsonNode stop = choice.path("stop_reason");
        return stop.isString() ? stop : JSON.nullNode();
    }

    /** Anthropic counts what was found computed beside the input, OpenAI among it. */
    static ObjectNode usage(JsonNode from) {
        long cached = from.path("prompt_tokens_details").path("cached_tokens").asLong(0);
        return JSON.createObjectNode()
                .put("input_tokens", from.path("prompt_tokens").asLong(0) - cached)
                .put("cache_creation_input_tokens", 0)
                .put("cache_read_input_tokens", cached)
                .put("output_tokens", from.path("completion_tokens").asLong(0));
    }

    /** What {@code /tokenize} counted. */
    static byte[] count(byte[] tokenized) {
        long count = JSON.readTree(tokenized).path("count").asLong(0);
        return JSON.writeValueAsBytes(JSON.createObjectNode().put("input_tokens", count));
    }

    /** An engine's error, which is in OpenAI's words. */
    static byte[] error(int status, byte[] body, String requestId) {
        String message;
        try {
            message = JSON.readTree(body).path("error").path("message").asString("");
        } catch (JacksonException _) {
            message = "";
        }
        return JSON.writeValueAsBytes(error(status, message.isEmpty() ? "status " + status : message, requestId));
    }

    static ObjectNode error(int status, String message, String requestId) {
        ObjectNode envelope = JSON.createObjectNode().put("type", "error");
        envelope.putObject("error").put("type", errorType(status)).put("message", message);
        return envelope.put("request_id", requestId);
    }

    private static String errorType(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503 -> "overloaded_error";
            case 408, 504 -> "timeout_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    }
}
