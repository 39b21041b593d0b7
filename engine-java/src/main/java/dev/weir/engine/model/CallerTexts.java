package dev.weir.engine.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Applies an operation to every text that a caller gives to a template: values and names, however deep. */
record CallerTexts(UnaryOperator<String> operation) {

    /** Roles stay as they are: templates build the structure of a conversation from them. */
    List<Map<String, @Nullable Object>> ofMessages(List<Map<String, @Nullable Object>> messages) {
        List<Map<String, @Nullable Object>> applied = new ArrayList<>(messages.size());
        for (Map<String, @Nullable Object> message : messages) {
            Map<String, @Nullable Object> fields = of(message);
            fields.put("role", message.get("role"));
            applied.add(fields);
        }
        return applied;
    }

    Map<String, @Nullable Object> of(Map<?, ? extends @Nullable Object> values) {
        Map<String, @Nullable Object> applied = new LinkedHashMap<>();
        values.forEach((name, value) -> applied.put(operation.apply(String.valueOf(name)), of(value)));
        return applied;
    }

    private @Nullable Object of(@Nullable Object value) {
        return switch (value) {
            case String text -> operation.apply(text);
            case Map<?, ?> map -> of(map);
            case List<?> list -> {
                List<@Nullable Object> applied = new ArrayList<>(list.size());
                list.forEach(element -> applied.add(of(element)));
                yield applied;
            }
            case null, default -> value;
        };
    }
}
