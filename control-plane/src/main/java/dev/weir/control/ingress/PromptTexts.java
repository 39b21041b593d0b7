package dev.weir.control.ingress;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.PromptText;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The texts of a request's prompt, whichever endpoint it is for, and the places where they stand. */
final class PromptTexts {
    private static final String USER = "user";

    private final ObjectNode body;
    private final List<PromptText> texts = new ArrayList<>();
    private final List<Consumer<String>> places = new ArrayList<>();

    private PromptTexts(ObjectNode body) {
        this.body = body;
        items(body.path("messages"));
        field(body, "prompt", USER);
        field(body, "input", USER);
        field(body, "instructions", "system");
    }

    /** Of a body; nothing where it is none that an engine would take. */
    static Optional<PromptTexts> read(JsonBody body) {
        ByteBuffer view = body.bytes();
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        try {
            return JsonMapper.shared().readTree(bytes) instanceof ObjectNode object
                    ? Optional.of(new PromptTexts(object))
                    : Optional.empty();
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    List<PromptText> texts() {
        return List.copyOf(texts);
    }

    /** The body with other texts in the same places. */
    JsonBody with(List<PromptText> others) {
        for (int i = 0; i < places.size(); i++) {
            if (!others.get(i).equals(texts.get(i))) {
                places.get(i).accept(others.get(i).text());
            }
        }
        return new JsonBody(JsonMapper.shared().writeValueAsBytes(body));
    }

    /** A text, or several, or items. */
    private void field(ObjectNode owner, String name, String role) {
        switch (owner.path(name)) {
            case ArrayNode several when several.valueStream().anyMatch(JsonNode::isObject) -> items(several);
            case ArrayNode several -> {
                for (int i = 0; i < several.size(); i++) {
                    int at = i;
                    take(role, several.get(i), text -> several.set(at, several.stringNode(text)));
                }
            }
            case JsonNode one -> take(role, one, text -> owner.put(name, text));
        }
    }

    private void items(JsonNode items) {
        for (JsonNode item : items) {
            if (item instanceof ObjectNode object) {
                boolean result = object.has("output");
                String role = object.path("role").asString(result ? "tool" : USER);
                content(object, result ? "output" : "content", role);
            }
        }
    }

    /** A text, or parts some of which are. */
    private void content(ObjectNode item, String name, String role) {
        JsonNode content = item.path(name);
        take(role, content, text -> item.put(name, text));
        for (JsonNode part : content) {
            if (part instanceof ObjectNode object) {
                take(role, object.path("text"), text -> object.put("text", text));
            }
        }
    }

    private void take(String role, JsonNode text, Consumer<String> place) {
        if (text.isString()) {
            texts.add(new PromptText(role, text.stringValue()));
            places.add(place);
        }
    }
}
