package dev.weir.engine.sampling.constraint.grammar;

import dev.weir.engine.sampling.constraint.grammar.Expression.Bytes;
import dev.weir.engine.sampling.constraint.grammar.Expression.Call;
import dev.weir.engine.sampling.constraint.grammar.Expression.Characters;
import dev.weir.engine.sampling.constraint.grammar.Expression.Choice;
import dev.weir.engine.sampling.constraint.grammar.Expression.Edge;
import dev.weir.engine.sampling.constraint.grammar.Expression.Graph;
import dev.weir.engine.sampling.constraint.grammar.Expression.Intersection;
import dev.weir.engine.sampling.constraint.grammar.Expression.Literal;
import dev.weir.engine.sampling.constraint.grammar.Expression.Repeat;
import dev.weir.engine.sampling.constraint.grammar.Expression.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Rules that may call one another; the first is where every text begins. */
public record Grammar(List<Rule> rules) {

    /** What a name stands for. */
    public record Rule(String name, Expression body) {}

    public Grammar {
        rules = List.copyOf(rules);
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("a grammar has at least one rule");
        }
    }

    /** A grammar of one rule. */
    public static Grammar of(Expression expression) {
        return new Grammar(List.of(new Rule("root", expression)));
    }

    /**
     * A grammar whose texts are made of those of others.
     *
     * @param root made of what stands for a text of each of them
     */
    public static Grammar joined(List<Grammar> grammars, Function<List<Expression>, Expression> root) {
        List<Expression> texts = new ArrayList<>(grammars.size());
        List<Rule> moved = new ArrayList<>();
        for (Grammar grammar : grammars) {
            int first = moved.size() + 1;
            texts.add(new Call(first));
            grammar.rules.forEach(rule -> moved.add(new Rule(rule.name, moved(rule.body, first))));
        }
        moved.addFirst(new Rule("root", root.apply(texts)));
        return new Grammar(moved);
    }

    /** An expression whose calls are of rules that stand behind others now. */
    private static Expression moved(Expression expression, int by) {
        return switch (expression) {
            case Bytes _, Literal _, Characters _, Intersection _ -> expression;
            case Call(int rule) -> new Call(rule + by);
            case Sequence(List<Expression> parts) -> new Sequence(moved(parts, by));
            case Choice(List<Expression> alternatives) -> new Choice(moved(alternatives, by));
            case Repeat(Expression repeated, int min, int max) -> new Repeat(moved(repeated, by), min, max);
            case Graph(int nodeCount, List<Edge> edges) ->
                new Graph(
                        nodeCount,
                        edges.stream()
                                .map(edge -> new Edge(edge.from(), moved(edge.label(), by), edge.to()))
                                .toList());
        };
    }

    private static List<Expression> moved(List<Expression> expressions, int by) {
        return expressions.stream().map(one -> moved(one, by)).toList();
    }
}
