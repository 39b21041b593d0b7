package dev.weir.engine.http;

import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Turns the items of a response's input into the messages of a chat: what one turn of the model said becomes one message. */
final class ResponseInput {

    private static final Set<String> ROLES = Set.of("user", "assistant", "system", "developer");
    private static final Set<String> TEXTS = Set.of("input_text", "output_text", "text", "reasoning_text");

    private final ArrayNode messages = Json.array();

    /** The turn of the model that is being put together. */
    private @Nullable ObjectNode turn;

    private ResponseInput() {}

    static ArrayNode messages(JsonFields fields) {
        ResponseInput input = new ResponseInput();
        fields.text("instructions").ifPresent(instructions -> input.add("system", instructions));
        JsonNode given = fields.get("input");
        if (given != null && given.isString()) {
            input.add("user", given.stringValue());
        } else if (given instanceof ArrayNode items && !items.isEmpty()) {
            for (int i = 0; i < items.size(); i++) {
                input.add(items.get(i), "input[" + i + "]");
            }
        } else {
            throw fields.refuse("input", "must be a string or a list of at least one item");
        }
        return input.messages;
    }

    private void add(String role, String content) {
        turn = null;
        messages.addObject().put("role", role).put("content", content);
    }

    private void add(JsonNode json, String name) {
        if (!(json instanceof ObjectNode object)) {
            throw new ApiException(ApiError.badField(name, name + " must be an object"));
        }
        JsonFields item = new JsonFields(object, name + ".");
        switch (item.text("type").orElse("message")) {
            case "message" -> message(item);
            case "function_call" -> call(item);
            case "function_call_output" -> {
                turn = null;
                messages.addObject()
                        .put("role", "tool")
                        .put("tool_call_id", text(item, "call_id"))
                        .put("content", content(item, "output"));
            }
            case "reasoning" -> {
                if (item.has("content")) {
                    turn().put("reasoning_content", content(item, "content"));
                }
            }
            default -> throw item.refuse("type", "must be message, function_call, function_call_output or reasoning");
        }
    }

    private void message(JsonFields item) {
        String role = text(item, "role");
        if (!ROLES.contains(role)) {
            throw item.refuse("role", "must be user, assistant, system or developer: " + role);
        }
        String content = content(item, "content");
        switch (role) {
            case "assistant" -> {
                if (turn == null
                        || turn.has("tool_calls")
                        || turn.path("content").isString()) {
                    turn = null;
                }
                turn().put("content", content);
            }
            case "developer" -> add("system", content); // what templates call it
            default -> add(role, content);
        }
    }

    private void call(JsonFields item) {
        ObjectNode call = turn().withArray("tool_calls").addObject();
        call.put("id", text(item, "call_id")).put("type", "function");
        call.putObject("function")
                .put("name", text(item, "name"))
                .put("arguments", item.text("arguments").orElse("{}"));
    }

    private ObjectNode turn() {
        if (turn == null) {
            turn = messages.addObject().put("role", "assistant").putNull("content");
        }
        return turn;
    }

    private static String text(JsonFields item, String name) {
        return item.text(name).orElseThrow(() -> item.refuse(name, "is missing"));
    }

    /** A text, or a list of parts, which are joined by line breaks. */
    private static String content(JsonFields item, String name) {
        JsonNode content = item.get(name);
        if (content != null && content.isString()) {
            return content.stringValue();
        }
        if (!(content instanceof ArrayNode parts)) {
            throw item.refuse(name, "must be a string or a list of parts");
        }
        StringJoiner text = new StringJoiner("\n");
        for (JsonNode part : parts) {
            String field = part.path("type").asString("").equals("refusal") ? "refusal" : "text";
            boolean known =
                    field.equals("refusal") || TEXTS.contains(part.path("type").asString(""));
            if (!known || !part.path(field).isString()) {
                throw item.refuse(name, "may only have parts of text: this server reads no images, files or sounds");
            }
            text.add(part.path(field).stringValue());
        }
        return text.toString();
    }
}
