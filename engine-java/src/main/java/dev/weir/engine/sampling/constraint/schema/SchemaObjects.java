package dev.weir.engine.sampling.constraint.schema;

import dev.weir.engine.sampling.constraint.grammar.CodePoints;
import dev.weir.engine.sampling.constraint.grammar.CodePoints.Range;
import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Expression.Edge;
import dev.weir.engine.sampling.constraint.grammar.Expression.Graph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Objects: the named properties in the schema's order, then those that are not named. What a schema does not speak of is not written: one with
 * {@code properties} and without {@code additionalProperties} has these properties only.
 */
final class SchemaObjects {

    private static final JsonNode ANYTHING = JsonNodeFactory.instance.booleanNode(true);

    /** The node after the bracket, where an object may close at once; after a comma it may not. */
    private static final int OPENED = 1;

    private final SchemaCompiler compiler;
    private final JsonRules rules;
    private final List<Edge> edges = new ArrayList<>();

    SchemaObjects(SchemaCompiler compiler, JsonRules rules) {
        this.compiler = compiler;
        this.rules = rules;
    }

    /** After the bracket, for each property three nodes: before its name, before its value, and after it. Optional ones can be passed over before the name. */
    Expression of(SchemaNode schema) {
        Set<String> required = required(schema);
        Map<String, SchemaNode> named = named(schema, required);
        List<String> names = List.copyOf(named.keySet());
        int requiredFrom = 0; // the first property after the last that is required
        for (int i = 0; i < names.size(); i++) {
            requiredFrom = required.contains(names.get(i)) ? i + 1 : requiredFrom;
        }
        int end = name(names.size() + 1);
        edges.add(new Edge(0, Expression.sequence(Expression.literal("{"), rules.whitespace()), OPENED));
        edges.add(new Edge(OPENED, Expression.EMPTY, name(0)));
        if (requiredFrom == 0) {
            edges.add(new Edge(OPENED, Expression.literal("}"), end));
        }
        int index = 0;
        for (Map.Entry<String, SchemaNode> property : named.entrySet()) {
            if (!required.contains(property.getKey())) {
                edges.add(new Edge(name(index), Expression.EMPTY, name(index + 1)));
            }
            Expression key = Expression.sequence(SchemaConstants.string(property.getKey()), rules.colon());
            addProperty(index, key, compiler.value(property.getValue()), index + 1, index + 1 >= requiredFrom, end);
            index++;
        }
        addOthers(schema, names, end);
        return new Graph(end + 1, edges);
    }

    private void addOthers(SchemaNode schema, List<String> names, int end) {
        JsonNode others = schema.get("additionalProperties");
        if (others == null ? schema.has("properties") : others.isBoolean() && !others.booleanValue()) {
            return;
        }
        Expression value = others == null ? rules.anyValue() : compiler.value(schema.child("additionalProperties"));
        Expression key = names.isEmpty() ? rules.anyString() : JsonText.quoted(new OtherNames(names).expression());
        addProperty(names.size(), Expression.sequence(key, rules.colon()), value, names.size(), true, end);
    }

    private void addProperty(int index, Expression key, Expression value, int next, boolean mayEnd, int end) {
        edges.add(new Edge(name(index), key, name(index) + 1));
        edges.add(new Edge(name(index) + 1, value, name(index) + 2));
        edges.add(new Edge(name(index) + 2, rules.comma(), name(next)));
        if (mayEnd) {
            edges.add(new Edge(name(index) + 2, Expression.sequence(rules.whitespace(), Expression.literal("}")), end));
        }
    }

    private static int name(int index) {
        return 3 * index + 2;
    }

    private static Set<String> required(SchemaNode schema) {
        Set<String> names = new LinkedHashSet<>();
        if (schema.has("required")) {
            for (JsonNode name : schema.array("required")) {
                if (!name.isString()) {
                    throw schema.refuse("required", "must be a list of names");
                }
                names.add(name.stringValue());
            }
        }
        return names;
    }

    /** Properties by name: those of the schema, then those that are required though nothing is said of them. */
    private static Map<String, SchemaNode> named(SchemaNode schema, Set<String> required) {
        Map<String, SchemaNode> named = new LinkedHashMap<>();
        if (schema.has("properties")) {
            for (Map.Entry<String, JsonNode> field :
                    schema.objectOf("properties").properties()) {
                boolean never =
                        field.getValue().isBoolean() && !field.getValue().booleanValue();
                if (!never || required.contains(field.getKey())) {
                    named.put(field.getKey(), schema.child("properties", field.getKey(), field.getValue()));
                }
            }
        }
        for (String name : required) {
            if (!named.containsKey(name)) {
                JsonNode others = schema.get("additionalProperties");
                named.put(
                        name,
                        others == null
                                ? new SchemaNode(ANYTHING, schema.pointer())
                                : schema.child("additionalProperties"));
            }
        }
        return named;
    }

    /** All strings but some: a tree of the names, left at the first character that none of them goes on with. */
    private static final class OtherNames {

        private final List<Edge> edges = new ArrayList<>();
        private final List<Map<Integer, Integer>> children = new ArrayList<>(List.of(new LinkedHashMap<>()));
        private final Set<Integer> names = new LinkedHashSet<>();

        OtherNames(List<String> excluded) {
            for (String name : excluded) {
                int node = 0;
                for (int c : name.codePoints().toArray()) {
                    Map<Integer, Integer> next = children.get(node);
                    Integer child = next.get(c);
                    if (child == null) {
                        child = children.size();
                        next.put(c, child);
                        children.add(new LinkedHashMap<>());
                    }
                    node = child;
                }
                names.add(node);
            }
        }

        Expression expression() {
            int different = children.size();
            int end = different + 1;
            for (int node = 0; node < different; node++) {
                List<Range> known = new ArrayList<>();
                for (Map.Entry<Integer, Integer> child : children.get(node).entrySet()) {
                    known.add(new Range(child.getKey(), child.getKey()));
                    edges.add(new Edge(node, JsonText.plain(CodePoints.of(child.getKey())), child.getValue()));
                }
                edges.add(new Edge(node, JsonText.plain(new CodePoints(known).not()), different));
                if (!names.contains(node)) {
                    edges.add(new Edge(node, Expression.EMPTY, end));
                }
            }
            edges.add(new Edge(different, JsonText.plain(CodePoints.ALL), different));
            edges.add(new Edge(different, Expression.EMPTY, end));
            return new Graph(end + 1, edges);
        }
    }
}
