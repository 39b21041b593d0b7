package dev.weir.engine.sampling.constraint.schema;

import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Expression.Edge;
import dev.weir.engine.sampling.constraint.grammar.Expression.Graph;
import dev.weir.engine.sampling.constraint.grammar.Expression.Repeat;
import java.util.ArrayList;
import java.util.List;

/**
 * Arrays. What a schema does not speak of is not written: with {@code prefixItems} and without {@code items}, there are only the former,
 * unless {@code minItems} asks for more.
 */
final class SchemaArrays {

    private final SchemaCompiler compiler;
    private final JsonRules rules;
    private final List<Edge> edges = new ArrayList<>();

    SchemaArrays(SchemaCompiler compiler, JsonRules rules) {
        this.compiler = compiler;
        this.rules = rules;
    }

    /** Node 1 stands after the bracket, {@code 2i + 2} before element {@code i}, {@code 2i + 3} after it; the elements after the prefix are one edge. */
    Expression of(SchemaNode schema) {
        int min = schema.count("minItems", 0);
        int max = schema.count("maxItems", Repeat.UNBOUNDED);
        if (max < min) {
            throw schema.refuse("maxItems", "is less than \"minItems\"");
        }
        int prefix = schema.has("prefixItems") ? schema.schemas("prefixItems").size() : 0;
        int close = 2 * prefix + 3;
        int end = close + 1;
        edges.add(new Edge(0, Expression.literal("["), 1));
        edges.add(new Edge(1, rules.whitespace(), 2));
        addEnd(1, 0, min, close);
        for (int i = 0; i < Math.min(prefix, max); i++) {
            edges.add(new Edge(2 * i + 2, compiler.value(schema.child("prefixItems", i)), 2 * i + 3));
            addEnd(2 * i + 3, i + 1, min, close);
            if (i + 1 < prefix) {
                edges.add(new Edge(2 * i + 3, rules.comma(), 2 * i + 4));
            }
        }
        if (max > prefix) {
            addRest(schema, prefix, min, max, close);
        }
        edges.add(new Edge(close, Expression.sequence(rules.whitespace(), Expression.literal("]")), end));
        return new Graph(end + 1, edges);
    }

    private void addEnd(int node, int count, int min, int close) {
        if (count >= min) {
            edges.add(new Edge(node, Expression.EMPTY, close));
        }
    }

    private void addRest(SchemaNode schema, int prefix, int min, int max, int close) {
        Expression item;
        if (schema.has("items")) {
            item = compiler.value(schema.child("items"));
        } else if (prefix == 0 || min > prefix) {
            item = rules.anyValue();
        } else {
            return;
        }
        int missing = Math.max(min - prefix, 0);
        int allowed = max == Repeat.UNBOUNDED ? max : max - prefix;
        Expression more = Expression.sequence(rules.comma(), item);
        if (prefix == 0) {
            int further = max == Repeat.UNBOUNDED ? max : allowed - 1;
            edges.add(new Edge(
                    2, Expression.sequence(item, new Repeat(more, Math.max(missing - 1, 0), further)), close));
        } else {
            edges.add(new Edge(2 * prefix + 1, new Repeat(more, Math.max(missing, 1), allowed), close));
        }
    }
}
