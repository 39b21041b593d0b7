package dev.weir.engine.tokenization;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** Merges of a BPE model that can never apply, because a part of them, or what they give, is not in the vocabulary. */
final class DeadMerges {

    private DeadMerges() {}

    /** The file's JSON without them; empty where it has none. */
    static Optional<byte[]> removed(Path tokenizerFile) throws IOException {
        JsonMapper mapper = JsonMapper.shared();
        JsonNode root = mapper.readTree(Files.readAllBytes(tokenizerFile));
        return remove(root) ? Optional.of(mapper.writeValueAsBytes(root)) : Optional.empty();
    }

    /** Takes them away, and says whether there were any. */
    static boolean remove(JsonNode root) {
        JsonNode vocabulary = root.path("model").path("vocab");
        if (!vocabulary.isObject() || !(root.path("model").path("merges") instanceof ArrayNode merges)) {
            return false;
        }
        int before = merges.size();
        merges.removeIf(merge -> isDead(parts(merge), vocabulary));
        return merges.size() < before;
    }

    private static boolean isDead(String[] parts, JsonNode vocabulary) {
        return parts.length == 2
                && !(vocabulary.has(parts[0]) && vocabulary.has(parts[1]) && vocabulary.has(parts[0] + parts[1]));
    }

    /** Written as a pair, or in older files as one text with a space. */
    private static String[] parts(JsonNode merge) {
        return merge.isString()
                ? merge.stringValue().split(" ", -1)
                : new String[] {merge.path(0).asString(""), merge.path(1).asString("")};
    }
}
