package dev.weir.engine.sampling.constraint.schema;

import dev.weir.engine.sampling.constraint.ConstraintException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Which keywords there are, and what kind of value each speaks of. */
final class Keywords {

    /** Say nothing about what is valid. */
    static final Set<String> ANNOTATIONS = Set.of(
            "title",
            "description",
            "default",
            "example",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly",
            "$comment",
            "$schema",
            "$id",
            "$defs",
            "definitions",
            "contentMediaType",
            "contentEncoding");

    /** Speak of any value. */
    private static final Set<String> GENERAL = Set.of("type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref");

    /** For each type the keywords that speak of its values only. */
    private static final Map<JsonType, Set<String>> BY_TYPE = Map.of(
            JsonType.OBJECT, Set.of("properties", "required", "additionalProperties"),
            JsonType.ARRAY, Set.of("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
            JsonType.STRING, Set.of("minLength", "maxLength", "pattern", "format"),
            JsonType.NUMBER, Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"));

    private Keywords() {}

    /** Refuses what this engine does not do: nothing is passed over in silence. */
    static void check(SchemaNode schema) {
        for (Map.Entry<String, JsonNode> field : schema.object().properties()) {
            String keyword = field.getKey();
            if (!GENERAL.contains(keyword)
                    && !ANNOTATIONS.contains(keyword)
                    && !keyword.startsWith("x-")
                    && BY_TYPE.values().stream().noneMatch(set -> set.contains(keyword))) {
                throw schema.unsupported(keyword, ": leave it out, or say the same with other keywords");
            }
        }
        if (schema.flag("uniqueItems")) {
            throw schema.unsupported("uniqueItems", ": leave it out and check the answer");
        }
    }

    /** The types that a schema allows: those it names, or those that its keywords speak of, or all. */
    static Set<JsonType> types(SchemaNode schema) {
        JsonNode type = schema.get("type");
        Set<JsonType> types = new LinkedHashSet<>();
        if (type == null) {
            for (Map.Entry<String, JsonNode> field : schema.object().properties()) {
                BY_TYPE.forEach((spoken, keywords) -> {
                    if (keywords.contains(field.getKey())) {
                        types.add(spoken);
                    }
                });
            }
            if (types.isEmpty()) {
                types.addAll(Arrays.asList(JsonType.values()));
            }
        } else if (type.isString()) {
            types.add(named(schema, type));
        } else {
            if (schema.array("type").isEmpty()) {
                throw schema.refuse("type", "must name at least one type");
            }
            schema.array("type").forEach(each -> types.add(named(schema, each)));
        }
        if (types.contains(JsonType.NUMBER)) {
            types.remove(JsonType.INTEGER);
        }
        return types;
    }

    private static JsonType named(SchemaNode schema, JsonNode name) {
        return JsonType.named(name.isString() ? name.stringValue() : "")
                .orElseThrow(() -> new ConstraintException("the schema's \"type\" at " + schema.pointer()
                        + " must be one of object, array, string, number, integer, boolean, null"));
    }

    /** Whether a schema says nothing but where it may be found. */
    static boolean onlyRefers(SchemaNode schema) {
        return schema.has("$ref")
                && schema.object().propertyNames().stream()
                        .allMatch(keyword ->
                                keyword.equals("$ref") || ANNOTATIONS.contains(keyword) || keyword.startsWith("x-"));
    }

    /** Keywords beside one that leaves a choice of schemas. */
    static boolean areNoAssertions(String keyword) {
        return ANNOTATIONS.contains(keyword) || keyword.startsWith("x-");
    }
}
