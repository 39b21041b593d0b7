package dev.weir.control.evaluation.exchange;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** YAML, and with it JSON, as a tree of values; nothing is ever constructed from it. */
final class YamlTree {
    private static final int CHARS_MAX = 1 << 26;

    private YamlTree() {}

    static JsonNode read(String text) {
        LoaderOptions limits = new LoaderOptions();
        limits.setCodePointLimit(CHARS_MAX);
        limits.setAllowRecursiveKeys(false);
        try {
            JsonNode tree = JsonMapper.shared().valueToTree(new Yaml(new SafeConstructor(limits)).<Object>load(text));
            if (tree == null || !(tree.isObject() || tree.isArray())) {
                throw new IllegalArgumentException("this is neither a mapping nor a list");
            }
            return tree;
        } catch (YAMLException malformed) {
            throw new IllegalArgumentException("this is not YAML: "
                    + String.valueOf(malformed.getMessage()).lines().findFirst().orElse(""));
        }
    }
}
