package dev.weir.engine.sampling.constraint.schema;

import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Expression.Call;
import dev.weir.engine.sampling.constraint.grammar.Expression.Edge;
import dev.weir.engine.sampling.constraint.grammar.Expression.Graph;
import dev.weir.engine.sampling.constraint.grammar.Grammar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rules of a grammar for JSON while it is made: those that every schema needs, once, and the schema's own. */
final class JsonRules {

    /** The rule with which a document begins. */
    static final int ROOT = 0;

    private final List<String> names = new ArrayList<>(List.of("root"));
    private final List<Expression> bodies = new ArrayList<>(List.of(Expression.NOTHING));
    private final Map<String, Integer> byName = new HashMap<>();

    int declare(String name) {
        names.add(name);
        bodies.add(Expression.NOTHING);
        return names.size() - 1;
    }

    void define(int rule, Expression body) {
        bodies.set(rule, body);
    }

    Grammar grammar() {
        List<Grammar.Rule> rules = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            rules.add(new Grammar.Rule(names.get(i), bodies.get(i)));
        }
        return new Grammar(rules);
    }

    Expression whitespace() {
        return shared("white space", JsonText.whitespace());
    }

    Expression anyString() {
        return shared("string", JsonText.quoted(Expression.any(JsonText.anyCharacter())));
    }

    Expression integer() {
        return shared("integer", JsonText.integer());
    }

    Expression number() {
        return shared("number", JsonText.number());
    }

    private Expression shared(String name, Expression body) {
        Integer known = byName.get(name);
        if (known == null) {
            known = declare(name);
            define(known, body);
            byName.put(name, known);
        }
        return new Call(known);
    }

    Expression anyValue() {
        Integer known = byName.get("value");
        if (known == null) {
            known = declare("value");
            byName.put("value", known);
            define(
                    known,
                    Expression.choice(
                            anyObject(),
                            anyArray(),
                            anyString(),
                            number(),
                            Expression.literal("true"),
                            Expression.literal("false"),
                            Expression.literal("null")));
        }
        return new Call(known);
    }

    Expression anyObject() {
        Integer known = byName.get("object");
        if (known == null) {
            known = declare("object");
            byName.put("object", known);
            define(known, list("{", Expression.sequence(anyString(), colon(), anyValue()), "}"));
        }
        return new Call(known);
    }

    Expression anyArray() {
        Integer known = byName.get("array");
        if (known == null) {
            known = declare("array");
            byName.put("array", known);
            define(known, list("[", anyValue(), "]"));
        }
        return new Call(known);
    }

    /** After a name: a colon and, at most, a space. */
    Expression colon() {
        return Expression.sequence(Expression.literal(":"), Expression.optional(Expression.literal(" ")));
    }

    /** Between two elements. */
    Expression comma() {
        return Expression.sequence(Expression.literal(","), whitespace());
    }

    /** Elements between brackets, any number of them. */
    private Expression list(String open, Expression element, String close) {
        return new Graph(
                5,
                List.of(
                        new Edge(0, Expression.sequence(Expression.literal(open), whitespace()), 1),
                        new Edge(1, element, 2),
                        new Edge(2, comma(), 3),
                        new Edge(3, element, 2),
                        new Edge(1, Expression.literal(close), 4),
                        new Edge(2, Expression.sequence(whitespace(), Expression.literal(close)), 4)));
    }
}
