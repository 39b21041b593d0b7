package dev.weir.engine.sampling.constraint.schema;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whether no document that is written for one schema can be valid under another, which is what makes a {@code oneOf} a plain choice. Looks for
 * the reasons that people give: different types, different constants, and objects told apart by a property.
 */
final class Disjointness {

    private static final int DEPTH_MAX = 8;

    private final SchemaReferences references;

    Disjointness(SchemaReferences references) {
        this.references = references;
    }

    void require(SchemaNode schema, List<SchemaNode> alternatives) {
        for (int i = 0; i < alternatives.size(); i++) {
            for (int j = i + 1; j < alternatives.size(); j++) {
                if (!areDisjoint(alternatives.get(i), alternatives.get(j), 0)) {
                    throw schema.unsupported(
                            "oneOf",
                            " where a value might satisfy both number " + i + " and number " + j
                                    + ": write \"anyOf\", or tell them apart by a required property with a \"const\"");
                }
            }
        }
    }

    private boolean areDisjoint(SchemaNode left, SchemaNode right, int depth) {
        if (depth > DEPTH_MAX) {
            return false;
        }
        if (left.json().isBoolean() || right.json().isBoolean()) {
            return isFalse(left) || isFalse(right);
        }
        SchemaNode a = opened(left);
        SchemaNode b = opened(right);
        if (a.has("$ref") || b.has("$ref") || !a.json().isObject() || !b.json().isObject()) {
            return false;
        }
        if (typesDiffer(a, b) || constantsDiffer(a, b)) {
            return true;
        }
        return areObjects(a, b) && (propertiesDiffer(a, b, depth) || (lacksRequired(a, b) && lacksRequired(b, a)));
    }

    private SchemaNode opened(SchemaNode schema) {
        SchemaNode open = schema;
        for (int hops = 0; hops < DEPTH_MAX && open.json().isObject() && Keywords.onlyRefers(open); hops++) {
            open = references.resolve(open);
        }
        return open;
    }

    private static boolean isFalse(SchemaNode schema) {
        return schema.json().isBoolean() && !schema.json().booleanValue();
    }

    /** Types as written: one that is merely inferred excludes nothing. */
    private static boolean typesDiffer(SchemaNode a, SchemaNode b) {
        if (!a.has("type") || !b.has("type")) {
            return false;
        }
        Set<JsonType> common = new HashSet<>(Keywords.types(a));
        Set<JsonType> others = Keywords.types(b);
        boolean bothNumbers = common.stream().anyMatch(Disjointness::isNumber)
                && others.stream().anyMatch(Disjointness::isNumber);
        common.retainAll(others);
        return common.isEmpty() && !bothNumbers;
    }

    private static boolean isNumber(JsonType type) {
        return type == JsonType.NUMBER || type == JsonType.INTEGER;
    }

    private static boolean constantsDiffer(SchemaNode a, SchemaNode b) {
        List<JsonNode> ours = SchemaConstants.values(a);
        List<JsonNode> theirs = SchemaConstants.values(b);
        if (ours.isEmpty() || theirs.isEmpty()) {
            return false;
        }
        return ours.stream().noneMatch(our -> theirs.stream().anyMatch(their -> areEqual(our, their)));
    }

    private static boolean areEqual(JsonNode a, JsonNode b) {
        if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue()) == 0;
        }
        return a.equals(b)
                || a.isContainer()
                || b.isContainer(); // containers may be equal but for how a number is written
    }

    private static boolean areObjects(SchemaNode a, SchemaNode b) {
        return Keywords.types(a).equals(Set.of(JsonType.OBJECT))
                && Keywords.types(b).equals(Set.of(JsonType.OBJECT));
    }

    /** A property that one of them requires and of which they say different things. */
    private boolean propertiesDiffer(SchemaNode a, SchemaNode b, int depth) {
        if (!a.has("properties") || !b.has("properties")) {
            return false;
        }
        ObjectNode theirs = b.objectOf("properties");
        for (Map.Entry<String, JsonNode> field : a.objectOf("properties").properties()) {
            String name = field.getKey();
            JsonNode other = theirs.get(name);
            boolean written = requires(a, name) && requires(b, name);
            if (written
                    && other != null
                    && areDisjoint(
                            a.child("properties", name, field.getValue()),
                            b.child("properties", name, other),
                            depth + 1)) {
                return true;
            }
        }
        return false;
    }

    private static boolean requires(SchemaNode schema, String name) {
        return schema.has("required")
                && schema.array("required")
                        .valueStream()
                        .anyMatch(each -> each.isString() && each.stringValue().equals(name));
    }

    /** Whether {@code other} requires a property that is never written for {@code schema}. */
    private static boolean lacksRequired(SchemaNode schema, SchemaNode other) {
        JsonNode rest = schema.get("additionalProperties");
        boolean closed = rest == null ? schema.has("properties") : rest.isBoolean() && !rest.booleanValue();
        if (!closed || !other.has("required") || !schema.has("properties")) {
            return false;
        }
        ObjectNode ours = schema.objectOf("properties");
        return other.array("required")
                .valueStream()
                .anyMatch(name ->
                        name.isString() && !ours.has(name.stringValue()) && !requires(schema, name.stringValue()));
    }
}
