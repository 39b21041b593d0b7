package dev.weir.engine.tokenization;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * A {@code tokenizer.json} in which a special token is one only behind a mark: each is renamed to {@link SpecialSpellings#MARK} and its
 * spelling and keeps its id. All else is as it was, so a text without special tokens becomes the same ids, and a spelling without a
 * mark becomes the ids of a text like any other.
 */
final class MarkedTokenizerJson {

    private final Set<String> specials = new HashSet<>();

    private MarkedTokenizerJson() {}

    static byte[] of(byte[] tokenizerJson) {
        JsonMapper mapper = JsonMapper.shared();
        JsonNode root = mapper.readTree(tokenizerJson);
        new MarkedTokenizerJson().rename(root);
        DeadMerges.remove(root);
        return mapper.writeValueAsBytes(root);
    }

    private void rename(JsonNode root) {
        for (JsonNode token : root.path("added_tokens")) {
            if (token.path("special").asBoolean(false) && token instanceof ObjectNode special) {
                String spelling = special.path("content").asString("");
                specials.add(spelling);
                special.put("content", marked(spelling));
            }
        }
        if (root.path("model") instanceof ObjectNode model) {
            model.set("vocab", vocabulary(model.path("vocab")));
            JsonNode unknown = model.path("unk_token");
            if (unknown.isString()) {
                model.put("unk_token", marked(unknown.stringValue()));
            }
        }
    }

    private String marked(String spelling) {
        return specials.contains(spelling) ? SpecialSpellings.MARK + spelling : spelling;
    }

    /** BPE maps spellings to ids, Unigram has a list of spellings and scores. */
    private JsonNode vocabulary(JsonNode vocabulary) {
        if (vocabulary instanceof ObjectNode byName) {
            ObjectNode renamed = JsonNodeFactory.instance.objectNode();
            for (Map.Entry<String, JsonNode> entry : byName.properties()) {
                renamed.set(marked(entry.getKey()), entry.getValue());
            }
            return renamed;
        }
        for (JsonNode piece : vocabulary) {
            if (piece instanceof ArrayNode pair) {
                pair.set(0, StringNode.valueOf(marked(pair.path(0).asString(""))));
            }
        }
        return vocabulary;
    }
}
