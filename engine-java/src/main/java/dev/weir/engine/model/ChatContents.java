package dev.weir.engine.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Brings messages into the form that a template was written for. On the wire a content is a text or a list of parts and the arguments of
 * a tool call are a text that holds JSON; templates were written against Python objects of their author's choice.
 */
record ChatContents(Set<ChatContents.Form> forms) {

    /** How a template takes contents. */
    enum Form {
        TEXT,
        PARTS
    }

    private static final JsonMapper JSON = JsonMapper.builder(JsonFile.FACTORY).build();

    List<Map<String, @Nullable Object>> withParsedArguments(List<ChatMessage> messages) {
        return converted(messages, true);
    }

    List<Map<String, @Nullable Object>> asGiven(List<ChatMessage> messages) {
        return converted(messages, false);
    }

    static boolean callTools(List<ChatMessage> messages) {
        return messages.stream().anyMatch(message -> message.fields().get("tool_calls") instanceof List<?>);
    }

    private List<Map<String, @Nullable Object>> converted(List<ChatMessage> messages, boolean parsesArguments) {
        List<Map<String, @Nullable Object>> converted = new ArrayList<>(messages.size());
        for (ChatMessage message : messages) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>(message.fields());
            fields.computeIfPresent("content", (_, content) -> content(content));
            if (parsesArguments && fields.get("tool_calls") instanceof List<?> calls) {
                fields.put(
                        "tool_calls",
                        calls.stream().map(ChatContents::withParsedArguments).toList());
            }
            converted.add(fields);
        }
        return converted;
    }

    private Object content(Object content) {
        if (content instanceof List<?> parts) {
            List<String> texts = parts.stream().map(ChatContents::text).toList();
            return forms.contains(Form.PARTS) ? content : String.join("\n", texts);
        }
        boolean partsOnly = forms.contains(Form.PARTS) && !forms.contains(Form.TEXT);
        return partsOnly && content instanceof String text ? List.of(Map.of("type", "text", "text", text)) : content;
    }

    private static String text(@Nullable Object part) {
        if (part instanceof Map<?, ?> fields
                && "text".equals(fields.get("type"))
                && fields.get("text") instanceof String text) {
            return text;
        }
        Object type = part instanceof Map<?, ?> fields ? fields.get("type") : null;
        throw new ChatTemplateException(
                "a content part of type \"" + type + "\" cannot be answered; this model takes parts of type \"text\"",
                false);
    }

    private static @Nullable Object withParsedArguments(@Nullable Object call) {
        if (!(call instanceof Map<?, ?> fields)
                || !(fields.get("function") instanceof Map<?, ?> function)
                || !(function.get("arguments") instanceof String arguments)) {
            return call;
        }
        Map<Object, @Nullable Object> parsedFunction = new LinkedHashMap<>(function);
        parsedFunction.put("arguments", parsed(arguments));
        Map<Object, @Nullable Object> parsedCall = new LinkedHashMap<>(fields);
        parsedCall.put("function", parsedFunction);
        return parsedCall;
    }

    /** A model's own arguments may be broken JSON; they are then shown as they are. */
    private static Object parsed(String arguments) {
        try {
            return JSON.readValue(arguments, Object.class) instanceof Map<?, ?> object ? object : arguments;
        } catch (JacksonException _) {
            return arguments;
        }
    }
}
