package dev.weir.engine.sampling.constraint.schema;

import dev.weir.engine.sampling.constraint.ConstraintException;
import dev.weir.engine.sampling.constraint.ConstraintLimits;
import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Grammar;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Turns a JSON Schema into rules for the documents that it allows. Used once, by one thread. */
public final class SchemaCompiler {

    private final ConstraintLimits limits;
    private final SchemaReferences references;
    private final JsonRules rules;
    private int depth;
    private int subschemaCount;

    private SchemaCompiler(JsonNode root, ConstraintLimits limits) {
        this.limits = limits;
        references = new SchemaReferences(root);
        rules = new JsonRules();
    }

    /**
     * The grammar of a schema's documents.
     *
     * @throws ConstraintException naming the keyword that is wrong or not supported, and where it stands
     */
    public static Grammar compile(JsonNode schema, ConstraintLimits limits) {
        SchemaCompiler compiler = new SchemaCompiler(schema, limits);
        compiler.rules.define(JsonRules.ROOT, compiler.value(new SchemaNode(schema, "#")));
        return compiler.grammar();
    }

    /**
     * The grammar of texts that have documents in them.
     *
     * @param text made of what stands for the documents of a pointer into the schema, and of the white space that JSON may have
     * @throws ConstraintException naming the keyword that is wrong or not supported, and where it stands
     */
    public static Grammar around(
            JsonNode schema,
            ConstraintLimits limits,
            BiFunction<Function<String, Expression>, Expression, Expression> text) {
        SchemaCompiler compiler = new SchemaCompiler(schema, limits);
        compiler.rules.define(JsonRules.ROOT, text.apply(compiler::document, compiler.rules.whitespace()));
        return compiler.grammar();
    }

    private Expression document(String pointer) {
        return value(new SchemaNode(JsonNodeFactory.instance.objectNode().put("$ref", pointer), "#"));
    }

    private Grammar grammar() {
        while (references.next() instanceof SchemaReferences.Wanted(int rule, SchemaNode target)) {
            rules.define(rule, value(target));
        }
        return rules.grammar();
    }

    /** Any object, as deep as the limits allow. */
    public static Grammar anyObject() {
        JsonRules rules = new JsonRules();
        rules.define(JsonRules.ROOT, rules.anyObject());
        return rules.grammar();
    }

    /** What a schema allows. */
    Expression value(SchemaNode schema) {
        limits.checkNesting("the schema at " + schema.pointer(), ++depth);
        if (++subschemaCount > limits.subschemasMax()) {
            throw new ConstraintException("the schema stands for more than " + limits.subschemasMax()
                    + " subschemas (subschemasMax): refer to repeated ones by a \"$ref\" that stands alone");
        }
        try {
            if (schema.json().isBoolean()) {
                return schema.json().booleanValue() ? rules.anyValue() : Expression.NOTHING;
            }
            Keywords.check(schema);
            if (Keywords.onlyRefers(schema)) {
                return new Expression.Call(references.rule(schema, rules));
            }
            return choices(schema);
        } finally {
            depth--;
        }
    }

    /** Takes a schema apart where it leaves a choice of schemas, or puts it together from several. */
    private Expression choices(SchemaNode schema) {
        if (schema.has("$ref")) {
            return value(SchemaMerge.of(without(schema, "$ref"), references.resolve(schema)));
        }
        if (schema.has("allOf")) {
            SchemaNode merged = without(schema, "allOf");
            for (int i = 0; i < schema.schemas("allOf").size(); i++) {
                SchemaNode part = schema.child("allOf", i);
                if (part.json().isBoolean()) {
                    if (!part.json().booleanValue()) {
                        return Expression.NOTHING;
                    }
                    continue;
                }
                Keywords.check(part);
                merged = saysNothing(merged) ? part : SchemaMerge.of(merged, opened(part));
            }
            return value(merged);
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (schema.has(keyword)) {
                return alternatives(schema, keyword);
            }
        }
        return assertions(schema);
    }

    /** What a reference stands for, since a merge looks at keywords. */
    private SchemaNode opened(SchemaNode schema) {
        SchemaNode open = schema;
        for (int hops = 0; open.has("$ref"); hops++) {
            limits.checkNesting("the schema at " + schema.pointer(), hops);
            SchemaNode target = references.resolve(open);
            SchemaNode rest = without(open, "$ref");
            open = saysNothing(rest) ? target : SchemaMerge.of(rest, target);
        }
        return open;
    }

    private Expression alternatives(SchemaNode schema, String keyword) {
        SchemaNode rest = without(schema, keyword);
        ArrayNode schemas = schema.schemas(keyword);
        List<SchemaNode> each = new ArrayList<>();
        for (int i = 0; i < schemas.size(); i++) {
            SchemaNode alternative = schema.child(keyword, i);
            if (alternative.json().isObject() && !saysNothing(rest)) {
                Keywords.check(alternative);
                alternative = SchemaMerge.of(opened(alternative), rest);
            }
            each.add(alternative);
        }
        if (keyword.equals("oneOf")) {
            new Disjointness(references).require(schema, each);
        }
        return Expression.choice(each.stream().map(this::value).toList());
    }

    private static boolean saysNothing(SchemaNode schema) {
        return schema.object().propertyNames().stream().allMatch(Keywords::areNoAssertions);
    }

    private static SchemaNode without(SchemaNode schema, String keyword) {
        ObjectNode rest = schema.object().deepCopy();
        rest.remove(keyword);
        return new SchemaNode(rest, schema.pointer());
    }

    private Expression assertions(SchemaNode schema) {
        Set<JsonType> types = Keywords.types(schema);
        if (schema.has("enum") || schema.has("const")) {
            return new SchemaConstants(rules).of(schema, types);
        }
        List<Expression> each = new ArrayList<>();
        for (JsonType type : types) {
            each.add(
                    switch (type) {
                        case OBJECT -> new SchemaObjects(this, rules).of(schema);
                        case ARRAY -> new SchemaArrays(this, rules).of(schema);
                        case STRING -> new SchemaStrings(rules, limits).of(schema);
                        case NUMBER, INTEGER -> SchemaNumbers.of(schema, type, rules);
                        case BOOLEAN -> Expression.choice(Expression.literal("true"), Expression.literal("false"));
                        case NULL -> Expression.literal("null");
                    });
        }
        return Expression.choice(each);
    }
}
