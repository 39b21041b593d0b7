package dev.weir.engine.sampling.constraint.schema;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Where {@code $ref} leads: within the document only. What is referred to becomes a rule, so that it may refer to itself. */
final class SchemaReferences {

    /** A subschema that some rule stands for and that has yet to be compiled. */
    record Wanted(int rule, SchemaNode target) {}

    private final JsonNode root;
    private final Map<String, Integer> rulesByPointer = new HashMap<>();
    private final Deque<Wanted> wanted = new ArrayDeque<>();

    SchemaReferences(JsonNode root) {
        this.root = root;
    }

    /** The rule that stands for what a schema refers to. */
    int rule(SchemaNode schema, JsonRules rules) {
        SchemaNode target = resolve(schema);
        Integer known = rulesByPointer.get(target.pointer());
        if (known != null) {
            return known;
        }
        int rule = rules.declare(target.pointer());
        rulesByPointer.put(target.pointer(), rule);
        wanted.add(new Wanted(rule, target));
        return rule;
    }

    @Nullable
    Wanted next() {
        return wanted.poll();
    }

    SchemaNode resolve(SchemaNode schema) {
        String reference = schema.text("$ref");
        if (!reference.equals("#") && !reference.startsWith("#/")) {
            throw schema.refuse("$ref", "must be a pointer within the schema, such as #/$defs/name: " + reference);
        }
        JsonNode target = root;
        for (String step :
                reference.length() < 2 ? new String[0] : reference.substring(2).split("/", -1)) {
            String name = decoded(schema, step).replace("~1", "/").replace("~0", "~");
            target = target.isArray() && name.matches("[0-9]{1,9}")
                    ? target.get(Integer.parseInt(name))
                    : target.get(name);
            if (target == null) {
                throw schema.refuse("$ref", "leads nowhere: " + reference);
            }
        }
        return new SchemaNode(target, reference);
    }

    private static String decoded(SchemaNode schema, String step) {
        try {
            return URLDecoder.decode(step.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw schema.refuse("$ref", "has a bad escape: " + step);
        }
    }
}
