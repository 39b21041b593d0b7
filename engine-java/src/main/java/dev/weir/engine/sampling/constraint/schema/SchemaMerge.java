package dev.weir.engine.sampling.constraint.schema;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Two schemas that must both hold, as one: keyword by keyword, and one level at a time, for what stands below is put into an {@code allOf} of
 * its own. What cannot be said with one keyword is refused by name.
 */
final class SchemaMerge {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final SchemaNode left;
    private final SchemaNode right;
    private final ObjectNode merged = NODES.objectNode();

    private SchemaMerge(SchemaNode left, SchemaNode right) {
        this.left = left;
        this.right = right;
    }

    static SchemaNode of(SchemaNode left, SchemaNode right) {
        return new SchemaNode(new SchemaMerge(left, right).merge(), left.pointer());
    }

    private ObjectNode merge() {
        for (Map.Entry<String, JsonNode> field : left.object().properties()) {
            JsonNode other = right.get(field.getKey());
            merged.set(field.getKey(), field.getValue());
            if (other != null && !other.equals(field.getValue()) && !Keywords.areNoAssertions(field.getKey())) {
                mergeKeyword(field.getKey());
            }
        }
        for (Map.Entry<String, JsonNode> field : right.object().properties()) {
            if (!left.has(field.getKey())) {
                merged.set(field.getKey(), field.getValue());
            }
        }
        closeProperties(left, right);
        closeProperties(right, left);
        return merged;
    }

    private void mergeKeyword(String keyword) {
        switch (keyword) {
            case "minimum", "exclusiveMinimum", "minLength", "minItems" -> bound(keyword, 1);
            case "maximum", "exclusiveMaximum", "maxLength", "maxItems" -> bound(keyword, -1);
            case "type" -> merged.set("type", types());
            case "enum" -> merged.set("enum", commonValues());
            case "required" -> merged.set("required", allNames());
            case "properties" -> merged.set("properties", properties());
            case "items" ->
                merged.set(
                        "items",
                        both(left.child("items").json(), right.child("items").json()));
            case "additionalProperties" -> additionalProperties();
            case "const" -> merged.set("enum", NODES.arrayNode());
            case "uniqueItems" -> merged.set("uniqueItems", NODES.booleanNode(true));
            default ->
                throw right.refuse(
                        keyword,
                        "cannot be combined with the one at " + left.pointer() + ": write one \"" + keyword + "\"");
        }
    }

    private void bound(String keyword, int sign) {
        var a = left.number(keyword);
        var b = right.number(keyword);
        if (a != null && b != null) {
            merged.set(keyword, NODES.numberNode(sign * a.compareTo(b) >= 0 ? a : b));
        }
    }

    private ArrayNode types() {
        Set<JsonType> a = Keywords.types(left);
        Set<JsonType> b = Keywords.types(right);
        ArrayNode common = NODES.arrayNode();
        for (JsonType type : JsonType.values()) {
            boolean inA = a.contains(type) || (type == JsonType.INTEGER && a.contains(JsonType.NUMBER));
            boolean inB = b.contains(type) || (type == JsonType.INTEGER && b.contains(JsonType.NUMBER));
            if (inA && inB) {
                common.add(type.name().toLowerCase(Locale.ROOT));
            }
        }
        if (common.isEmpty()) {
            throw right.refuse("type", "and the one at " + left.pointer() + " have no value in common");
        }
        return common;
    }

    private ArrayNode commonValues() {
        ArrayNode common = NODES.arrayNode();
        for (JsonNode value : left.array("enum")) {
            if (right.array("enum").valueStream().anyMatch(value::equals)) {
                common.add(value);
            }
        }
        return common;
    }

    private ArrayNode allNames() {
        ArrayNode names = NODES.arrayNode();
        left.array("required").forEach(names::add);
        right.array("required").forEach(name -> {
            if (names.valueStream().noneMatch(name::equals)) {
                names.add(name);
            }
        });
        return names;
    }

    private ObjectNode properties() {
        ObjectNode all = NODES.objectNode();
        ObjectNode ours = left.objectOf("properties");
        ObjectNode theirs = right.objectOf("properties");
        for (Map.Entry<String, JsonNode> field : ours.properties()) {
            JsonNode other = theirs.get(field.getKey());
            all.set(field.getKey(), other == null ? field.getValue() : both(field.getValue(), other));
        }
        for (Map.Entry<String, JsonNode> field : theirs.properties()) {
            if (!ours.has(field.getKey())) {
                all.set(field.getKey(), field.getValue());
            }
        }
        return all;
    }

    private static ObjectNode both(JsonNode a, JsonNode b) {
        ObjectNode both = NODES.objectNode();
        both.set("allOf", NODES.arrayNode().add(a).add(b));
        return both;
    }

    private void additionalProperties() {
        JsonNode a = left.child("additionalProperties").json();
        JsonNode b = right.child("additionalProperties").json();
        if (a.isBoolean() && b.isBoolean()) {
            merged.set("additionalProperties", NODES.booleanNode(false));
        } else if (a.isBoolean() || b.isBoolean()) {
            boolean open = (a.isBoolean() ? a : b).booleanValue();
            merged.set("additionalProperties", open ? (a.isBoolean() ? b : a) : NODES.booleanNode(false));
        } else {
            merged.set("additionalProperties", both(a, b));
        }
    }

    /** What one schema says of properties that it does not name holds for those that the other names. */
    private void closeProperties(SchemaNode closed, SchemaNode other) {
        JsonNode rest = closed.get("additionalProperties");
        if (rest == null || (rest.isBoolean() && rest.booleanValue()) || !other.has("properties")) {
            return;
        }
        ObjectNode named = closed.has("properties") ? closed.objectOf("properties") : NODES.objectNode();
        ObjectNode all = ((ObjectNode) merged.get("properties")).deepCopy();
        for (String name : other.objectOf("properties").propertyNames()) {
            if (!named.has(name)) {
                JsonNode property = all.get(name);
                all.set(name, rest.isBoolean() ? NODES.booleanNode(false) : both(property, rest));
            }
        }
        merged.set("properties", all);
    }
}
