package dev.weir.engine.sampling.constraint.schema;

import dev.weir.engine.sampling.constraint.grammar.CodePoints;
import dev.weir.engine.sampling.constraint.grammar.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** {@code enum} and {@code const}: given values, each written in one way but for white space. */
final class SchemaConstants {

    private static final Set<String> MAY_STAND_BESIDE = Set.of("enum", "const", "type");

    private final JsonRules rules;

    SchemaConstants(JsonRules rules) {
        this.rules = rules;
    }

    Expression of(SchemaNode schema, Set<JsonType> types) {
        for (String keyword : schema.object().propertyNames()) {
            if (!MAY_STAND_BESIDE.contains(keyword) && !Keywords.areNoAssertions(keyword)) {
                throw schema.unsupported(
                        keyword, " beside \"enum\" or \"const\": leave the values out that it would exclude");
            }
        }
        List<Expression> each = new ArrayList<>();
        for (JsonNode value : values(schema)) {
            if (!schema.has("type") || types.stream().anyMatch(type -> type.holds(value))) {
                each.add(literal(value));
            }
        }
        if (each.isEmpty()) {
            throw schema.refuse(schema.has("enum") ? "enum" : "const", "has no value that its schema allows");
        }
        return Expression.choice(each);
    }

    /** The values that a schema lists: with both keywords, what they have in common. */
    static List<JsonNode> values(SchemaNode schema) {
        JsonNode constant = schema.get("const");
        if (!schema.has("enum")) {
            return constant == null ? List.of() : List.of(constant);
        }
        List<JsonNode> values = new ArrayList<>();
        for (JsonNode value : schema.array("enum")) {
            if (constant == null || constant.equals(value)) {
                values.add(value);
            }
        }
        return values;
    }

    private Expression literal(JsonNode value) {
        if (value.isString()) {
            return string(value.stringValue());
        }
        if (!value.isContainer()) {
            return Expression.literal(value.toString());
        }
        List<Expression> parts = new ArrayList<>();
        parts.add(Expression.literal(value.isObject() ? "{" : "["));
        int index = 0;
        if (value.isObject()) {
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                parts.add(index++ == 0 ? rules.whitespace() : rules.comma());
                parts.add(string(field.getKey()));
                parts.add(rules.colon());
                parts.add(literal(field.getValue()));
            }
        } else {
            for (JsonNode element : value) {
                parts.add(index++ == 0 ? rules.whitespace() : rules.comma());
                parts.add(literal(element));
            }
        }
        parts.add(rules.whitespace());
        parts.add(Expression.literal(value.isObject() ? "}" : "]"));
        return new Expression.Sequence(parts);
    }

    /** One string, in its plain spelling. */
    static Expression string(String text) {
        StringBuilder run = new StringBuilder("\"");
        List<Expression> parts = new ArrayList<>();
        text.codePoints().forEach(c -> {
            if (c >= ' ' && c != '"' && c != '\\' && !(c >= 0xD800 && c <= 0xDFFF)) {
                run.appendCodePoint(c);
            } else {
                parts.add(Expression.literal(run.toString()));
                run.setLength(0);
                parts.add(JsonText.plain(CodePoints.of(c)));
            }
        });
        parts.add(Expression.literal(run.append('"').toString()));
        return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
    }
}
