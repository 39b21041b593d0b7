package dev.weir.control.upstream;

import dev.weir.control.completion.JsonBody;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A chat request of ours as Anthropic's messages. */
final class ToAnthropic {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ObjectNode request = JSON.createObjectNode();
    private final StringBuilder system = new StringBuilder();
    private final ArrayNode messages = JSON.createArrayNode();

    private ToAnthropic() {}

    /**
     * The request.
     *
     * @param outputTokensUnsaid for an answer whose length nobody limited: as much is reserved
     */
    static JsonBody request(ObjectNode chat, String model, boolean stream, int outputTokensUnsaid) {
        ToAnthropic translation = new ToAnthropic();
        translation.write(new ChatFields(chat), model, stream, outputTokensUnsaid);
        return new JsonBody(JSON.writeValueAsBytes(translation.request));
    }

    private void write(ChatFields fields, String model, boolean stream, int outputTokensUnsaid) {
        request.put("model", model);
        request.put("max_tokens", fields.outputTokensMax().orElse(outputTokensUnsaid));
        fields.take("messages").values().forEach(this::message);
        if (!system.isEmpty()) {
            request.put("system", system.toString());
        }
        request.set("messages", messages);
        JsonNode temperature = fields.take("temperature");
        if (temperature.isNumber()) {
            if (temperature.doubleValue() > 1) {
                throw new Untranslatable("it asks for a temperature above 1");
            }
            request.set("temperature", temperature);
        }
        fields.copy(request, "top_p");
        JsonNode topK = fields.take("top_k");
        if (topK.asLong(0) > 0) {
            request.set("top_k", topK);
        }
        stop(fields.take("stop"));
        tools(fields.take("tools"), fields.take("tool_choice"), fields.take("parallel_tool_calls"));
        if (!fields.take("response_format").path("type").asString("text").equals("text")) {
            throw new Untranslatable("it asks for a response_format");
        }
        fields.requireNothingElse();
        if (stream) {
            request.put("stream", true);
        }
    }

    private void stop(JsonNode stop) {
        if (stop.isString()) {
            request.putArray("stop_sequences").add(stop);
        } else if (stop.isArray() && !stop.isEmpty()) {
            request.set("stop_sequences", stop);
        }
    }

    private void message(JsonNode message) {
        switch (message.path("role").asString("")) {
            case "system", "developer" -> {
                if (!messages.isEmpty()) {
                    throw new Untranslatable("it has a system message in the middle of the conversation");
                }
                system.append(system.isEmpty() ? "" : "\n\n").append(text(message.path("content")));
            }
            case "user" -> text(contentOf("user"), text(message.path("content")));
            case "assistant" -> {
                ArrayNode content = contentOf("assistant");
                text(content, text(message.path("content")));
                message.path("tool_calls").values().forEach(call -> call(content, call));
            }
            case "tool" ->
                contentOf("user")
                        .addObject()
                        .put("type", "tool_result")
                        .put("tool_use_id", message.path("tool_call_id").asString(""))
                        .put("content", text(message.path("content")));
            default -> throw new Untranslatable("it has a message of another role");
        }
    }

    /** Where the next block of this role goes: what one role says in several messages is one turn there. */
    private ArrayNode contentOf(String role) {
        JsonNode last = messages.isEmpty() ? messages : messages.get(messages.size() - 1);
        return last.path("role").asString("").equals(role)
                ? (ArrayNode) last.path("content")
                : messages.addObject().put("role", role).putArray("content");
    }

    /** Empty texts are refused there, and say nothing. */
    private static void text(ArrayNode content, String text) {
        if (!text.isEmpty()) {
            content.addObject().put("type", "text").put("text", text);
        }
    }

    private static String text(JsonNode content) {
        if (!content.isArray()) {
            return content.asString("");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content.values()) {
            if (!part.path("type").asString("").equals("text")) {
                throw new Untranslatable("it has a part that is no text");
            }
            text.append(text.isEmpty() ? "" : "\n").append(part.path("text").asString(""));
        }
        return text.toString();
    }

    private static void call(ArrayNode content, JsonNode call) {
        JsonNode function = call.path("function");
        ObjectNode use = content.addObject()
                .put("type", "tool_use")
                .put("id", call.path("id").asString(""))
                .put("name", function.path("name").asString(""));
        try {
            String arguments = function.path("arguments").asString("");
            use.set("input", arguments.isBlank() ? JSON.createObjectNode() : JSON.readTree(arguments));
        } catch (JacksonException _) {
            throw new Untranslatable("the arguments of a call are no JSON");
        }
    }

    private void tools(JsonNode tools, JsonNode choice, JsonNode parallel) {
        if (!tools.isArray() || tools.isEmpty()) {
            return;
        }
        ArrayNode translated = request.putArray("tools");
        for (JsonNode tool : tools.values()) {
            JsonNode function = tool.path("function");
            if (!function.isObject() || function.path("strict").asBoolean(false)) {
                throw new Untranslatable("it has a tool that is no plain function");
            }
            ObjectNode entry =
                    translated.addObject().put("name", function.path("name").asString(""));
            if (function.has("description")) {
                entry.set("description", function.path("description"));
            }
            entry.set(
                    "input_schema",
                    function.path("parameters").isObject()
                            ? function.path("parameters")
                            : JSON.createObjectNode().put("type", "object"));
        }
        ObjectNode chosen = choice(choice);
        if (parallel.isBoolean() && !parallel.booleanValue()) {
            chosen.put("disable_parallel_tool_use", true);
        }
        request.set("tool_choice", chosen);
    }

    private static ObjectNode choice(JsonNode choice) {
        ObjectNode chosen = JSON.createObjectNode();
        if (choice.isObject()) {
            return chosen.put("type", "tool")
                    .put("name", choice.path("function").path("name").asString(""));
        }
        return switch (choice.asString("auto")) {
            case "none" -> chosen.put("type", "none");
            case "required" -> chosen.put("type", "any");
            default -> chosen.put("type", "auto");
        };
    }
}
