package dev.weir.engine.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation as a chat template sees it: a JSON object of strings, numbers, booleans, null, lists and maps, in the
 * order of the wire. Fields beside {@code role}, {@code content}, {@code name}, {@code tool_calls} and {@code tool_call_id} are kept,
 * for some templates know more ({@code reasoning_content}).
 */
public record ChatMessage(Map<String, @Nullable Object> fields) {

    /** Written out, for javac keeps no type annotations on the parameters of a compact constructor. */
    public ChatMessage(Map<String, @Nullable Object> fields) {
        if (!(fields.get("role") instanceof String role) || role.isEmpty()) {
            throw new IllegalArgumentException("a message must have a role, as a string");
        }
        this.fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** A plain message. */
    public static ChatMessage of(String role, String content) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("role", role);
        fields.put("content", content);
        return new ChatMessage(fields);
    }

    public String role() {
        return (String) Objects.requireNonNull(fields.get("role"));
    }

    /** Never shows what was said. */
    @Override
    public String toString() {
        return "ChatMessage[role=" + role() + "]";
    }
}
