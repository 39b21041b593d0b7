package dev.weir.engine.tokenization;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** Merges of a BPE model that can never apply, because a part of them is not in the vocabulary and so never stands in a text. */
final class DeadMerges {

    private DeadMerges() {}

    /** The file's JSON without them; empty where it has none. */
    static Optional<byte[]> removed(Path tokenizerFile) throws IOException {
        JsonMapper mapper = JsonMapper.shared();
        JsonNode root = mapper.readTree(Files.readAllBytes(tokenizerFile));
        JsonNode vocabulary = root.path("model").path("vocab");
        if (!vocabulary.isObject() || !(root.path("model").path("merges") instanceof ArrayNode merges)) {
            return Optional.empty();
        }
        boolean removed = false;
        for (int i = merges.size() - 1; i >= 0; i--) {
            String[] parts = parts(merges.get(i));
            if (parts.length == 2 && !(vocabulary.has(parts[0]) && vocabulary.has(parts[1]))) {
                merges.remove(i);
                removed = true;
            }
        }
        return removed ? Optional.of(mapper.writeValueAsBytes(root)) : Optional.empty();
    }

    /** Written as a pair, or in older files as one text with a space. */
    private static String[] parts(JsonNode merge) {
        return merge.isString()
                ? merge.stringValue().split(" ", -1)
                : new String[] {merge.path(0).asString(""), merge.path(1).asString("")};
    }
}
