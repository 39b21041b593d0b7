package dev.weir.engine.http;

import dev.weir.engine.tokenization.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Reads a field that holds a prompt as text or as token ids, or a list of either.
 *
 * @param name of the field
 * @param promptsMax that a list may have
 */
record PromptReader(String name, int promptsMax) {

    List<int[]> read(JsonFields fields, Tokenizer tokenizer) {
        PromptEncoder encoder = PromptEncoder.of(fields, tokenizer, true, true);
        JsonNode prompt = fields.get(name);
        if (prompt instanceof ArrayNode array
                && !array.isEmpty()
                && !array.get(0).isIntegralNumber()) {
            fields.requireCount(name, array, promptsMax);
            List<int[]> prompts = new ArrayList<>(array.size());
            for (JsonNode element : array) {
                prompts.add(prompt(fields, element, encoder));
            }
            return prompts;
        }
        return List.of(prompt(fields, prompt, encoder));
    }

    private int[] prompt(JsonFields fields, @Nullable JsonNode prompt, PromptEncoder encoder) {
        int[] ids = switch (prompt) {
            case null -> throw fields.refuse(name, "is missing");
            case ArrayNode array -> fields.ids(array, name);
            case JsonNode text when text.isString() -> encoder.encodeCallers(text.stringValue());
            default -> throw fields.refuse(name, "must be a string, a list of token ids, or a list of either");
        };
        if (ids.length == 0) {
            throw fields.refuse(name, "must have at least one token");
        }
        return ids;
    }
}
