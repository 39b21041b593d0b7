package dev.weir.control.ingress;

import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request in Anthropic's words as the chat request that our engines take. Fields that are not Anthropic's own pass as they are, so that
 * those of our engines can be used here, too.
 */
final class MessagesRequest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Set<String> TRANSLATED = Set.of(
            "messages",
            "system",
            "stop_sequences",
            "stream",
            "tools",
            "tool_choice",
            "thinking",
            "metadata",
            "service_tier",
            "cache_control",
            "output_config",
            "output_format",
            "chat_template_kwargs");
    private static final List<String> REFUSED = List.of("mcp_servers", "container");

    private final JsonNode asked;
    private final ObjectNode chat = JSON.createObjectNode();
    private final ArrayNode messages = JSON.createArrayNode();

    private MessagesRequest(byte[] body) {
        this.asked = JSON.readTree(body);
    }

    /** Of {@code /v1/messages}; the body was found to be a JSON object before. */
    static byte[] toChat(byte[] body) {
        MessagesRequest request = new MessagesRequest(body);
        request.conversation();
        request.rest();
        return JSON.writeValueAsBytes(request.chat);
    }

    /** Of {@code /v1/messages/count_tokens}: the question how many tokens the conversation has. */
    static byte[] toTokenize(byte[] body) {
        MessagesRequest request = new MessagesRequest(body);
        request.conversation();
        request.chat.put("add_generation_prompt", true);
        return JSON.writeValueAsBytes(request.chat);
    }

    private void conversation() {
        JsonNode model = asked.path("model");
        if (!model.isMissingNode()) {
            chat.set("model", model);
        }
        String system = texts(asked.path("system"), "system");
        if (!system.isEmpty()) {
            messages.addObject().put("role", "system").put("content", system);
        }
        if (!asked.path("messages").isArray()) {
            throw new Refusal(OpenAiError.badField("messages", "must be a list of messages"));
        }
        for (JsonNode message : asked.path("messages").values()) {
            switch (message.path("role").asString("")) {
                case "user" -> ofUser(message.path("content"));
                case "assistant" -> ofAssistant(message.path("content"));
                case "system" ->
                    messages.addObject()
                            .put("role", "system")
                            .put("content", texts(message.path("content"), "messages"));
                default -> throw new Refusal(OpenAiError.badField("messages", "have the role user or assistant"));
            }
        }
        chat.set("messages", messages);
        tools();
        thinking();
    }

    private void rest() {
        for (String field : REFUSED) {
            JsonNode value = asked.path(field);
            if (!value.isMissingNode() && !value.isNull() && !value.isEmpty()) {
                throw new Refusal(OpenAiError.badField(field, "is not supported"));
            }
        }
        if (!asked.path("max_tokens").isIntegralNumber()) {
            throw new Refusal(OpenAiError.badField("max_tokens", "is missing: how long may the answer be?"));
        }
        asked.properties().stream()
                .filter(field -> !TRANSLATED.contains(field.getKey()))
                .forEach(field -> chat.set(field.getKey(), field.getValue()));
        JsonNode stop = asked.path("stop_sequences");
        if (stop.isArray() && !stop.isEmpty()) {
            chat.set("stop", stop);
        }
        JsonNode user = asked.path("metadata").path("user_id");
        if (user.isString()) {
            chat.set("user", user);
        }
        output();
        if (asked.path("stream").asBoolean(false)) {
            // Counts in every chunk, since Anthropic's first event has some.
            chat.put("stream", true)
                    .putObject("stream_options")
                    .put("include_usage", true)
                    .put("continuous_usage_stats", true);
        }
    }

    private void ofUser(JsonNode content) {
        if (!content.isArray()) {
            messages.addObject().put("role", "user").put("content", content.asString(""));
            return;
        }
        ArrayNode parts = JSON.createArrayNode();
        for (JsonNode block : content.values()) {
            switch (block.path("type").asString("")) {
                case "text" ->
                    parts.addObject()
                            .put("type", "text")
                            .put("text", block.path("text").asString(""));
                case "tool_result" -> {
                    parts = said(parts);
                    ObjectNode result = messages.addObject()
                            .put("role", "tool")
                            .put("tool_call_id", block.path("tool_use_id").asString(""))
                            .put("content", texts(block.path("content"), "messages"));
                    if (block.path("is_error").asBoolean(false)) {
                        result.put("is_error", true);
                    }
                }
                default -> throw unsupported(block);
            }
        }
        said(parts);
    }

    /** What the user has said up to here becomes a message; then there is room for more. */
    private ArrayNode said(ArrayNode parts) {
        if (parts.isEmpty()) {
            return parts;
        }
        ObjectNode message = messages.addObject().put("role", "user");
        if (parts.size() == 1) {
            message.set("content", parts.get(0).path("text"));
        } else {
            message.set("content", parts);
        }
        return JSON.createArrayNode();
    }

    private void ofAssistant(JsonNode content) {
        ObjectNode message = messages.addObject().put("role", "assistant");
        if (!content.isArray()) {
            message.put("content", content.asString(""));
            return;
        }
        StringBuilder text = new StringBuilder();
        StringBuilder thinking = new StringBuilder();
        ArrayNode calls = JSON.createArrayNode();
        for (JsonNode block : content.values()) {
            switch (block.path("type").asString("")) {
                case "text" -> text.append(block.path("text").asString(""));
                case "thinking" -> thinking.append(block.path("thinking").asString(""));
                case "redacted_thinking" -> {
                    // Another's thoughts, in a cipher that nobody here reads.
                }
                case "tool_use" -> {
                    ObjectNode call = calls.addObject()
                            .put("id", block.path("id").asString(""))
                            .put("type", "function");
                    call.putObject("function")
                            .put("name", block.path("name").asString(""))
                            .put("arguments", block.path("input").toString());
                }
                default -> throw unsupported(block);
            }
        }
        message.put("content", text.isEmpty() && !calls.isEmpty() ? null : text.toString());
        if (!thinking.isEmpty()) {
            message.put("reasoning_content", thinking.toString());
        }
        if (!calls.isEmpty()) {
            message.set("tool_calls", calls);
        }
    }

    private static String texts(JsonNode content, String field) {
        if (!content.isArray()) {
            return content.asString("");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode block : content.values()) {
            if (!block.path("type").asString("").equals("text")) {
                throw new Refusal(OpenAiError.badField(field, "may have blocks of type text only here"));
            }
            text.append(text.isEmpty() ? "" : "\n").append(block.path("text").asString(""));
        }
        return text.toString();
    }

    private static Refusal unsupported(JsonNode block) {
        return new Refusal(OpenAiError.badField(
                "messages",
                "have a block of type '" + block.path("type").asString("")
                        + "', which is not supported: text, tool_use, tool_result and thinking are"));
    }

    private void tools() {
        JsonNode tools = asked.path("tools");
        if (!tools.isArray() || tools.isEmpty()) {
            return;
        }
        ArrayNode translated = chat.putArray("tools");
        for (JsonNode tool : tools.values()) {
            if (!tool.path("type").asString("custom").equals("custom")) {
                throw new Refusal(OpenAiError.badField(
                        "tools",
                        "may be functions of the caller's own only, not "
                                + tool.path("type").asString("")));
            }
            ObjectNode function = translated.addObject().put("type", "function").putObject("function");
            function.put("name", tool.path("name").asString(""));
            if (tool.has("description")) {
                function.set("description", tool.path("description"));
            }
            function.set("parameters", tool.path("input_schema"));
            if (tool.path("strict").asBoolean(false)) {
                function.put("strict", true);
            }
        }
        JsonNode choice = asked.path("tool_choice");
        switch (choice.path("type").asString("")) {
            case "auto" -> chat.put("tool_choice", "auto");
            case "any" -> chat.put("tool_choice", "required");
            case "none" -> chat.put("tool_choice", "none");
            case "tool" ->
                chat.putObject("tool_choice")
                        .put("type", "function")
                        .putObject("function")
                        .put("name", choice.path("name").asString(""));
            default -> {
                // Nobody said; engines then leave it to the model.
            }
        }
        if (choice.path("disable_parallel_tool_use").asBoolean(false)) {
            chat.put("parallel_tool_calls", false);
        }
    }

    /** Who does not ask for thinking does not get any, where the model's template can be told so. */
    private void thinking() {
        JsonNode given = asked.path("chat_template_kwargs");
        ObjectNode arguments = given instanceof ObjectNode object ? object.deepCopy() : JSON.createObjectNode();
        String type = asked.path("thinking").path("type").asString("disabled");
        arguments.put("enable_thinking", !type.equals("disabled"));
        chat.set("chat_template_kwargs", arguments);
    }

    private void output() {
        JsonNode config = asked.path("output_config");
        JsonNode format = config.has("format") ? config.path("format") : asked.path("output_format");
        if (format.path("type").asString("").equals("json_schema")) {
            chat.putObject("response_format")
                    .put("type", "json_schema")
                    .putObject("json_schema")
                    .put("name", "answer")
                    .put("strict", true)
                    .set("schema", format.path("schema"));
        }
        if (config.path("effort").isString()) {
            chat.set("reasoning_effort", config.path("effort"));
        }
    }
}
