package dev.weir.engine.http;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON can spell half a character ({@code "\\ud800"}), which no tokenizer has an id for and no answer could repeat. Refused once, for
 * every field, so that nothing further inside meets one.
 */
final class WholeCharacters {

    private WholeCharacters() {}

    /** Refuses the first text with an unpaired surrogate, by the name of its field. */
    static void require(ObjectNode request) {
        requireInside(request, "");
    }

    private static void require(JsonNode value, String name) {
        switch (value) {
            case ObjectNode object -> requireInside(object, name + ".");
            case ArrayNode array -> {
                for (int i = 0; i < array.size(); i++) {
                    if (!array.get(i).isNumber()) { // a prompt of ids is long, and needs no names
                        require(array.get(i), name + "[" + i + "]");
                    }
                }
            }
            case JsonNode text when text.isString() && isHalf(text.stringValue()) -> throw refusal(name);
            default -> {}
        }
    }

    private static void requireInside(ObjectNode object, String prefix) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (isHalf(field.getKey())) {
                throw new ApiException(ApiError.invalidJson("the body has a field whose name has an unpaired surrogate"
                        + (prefix.isEmpty() ? "" : ", in " + prefix.substring(0, prefix.length() - 1))));
            }
            require(field.getValue(), prefix + field.getKey());
        }
    }

    private static ApiException refusal(String name) {
        return new ApiException(
                ApiError.badField(name, name + " must consist of whole characters: it has an unpaired surrogate"));
    }

    private static boolean isHalf(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }
}
