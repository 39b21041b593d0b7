package dev.weir.engine.sampling.constraint.automaton;

import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Expression.Bytes;
import dev.weir.engine.sampling.constraint.grammar.Expression.Call;
import dev.weir.engine.sampling.constraint.grammar.Expression.Characters;
import dev.weir.engine.sampling.constraint.grammar.Expression.Choice;
import dev.weir.engine.sampling.constraint.grammar.Expression.Graph;
import dev.weir.engine.sampling.constraint.grammar.Expression.Intersection;
import dev.weir.engine.sampling.constraint.grammar.Expression.Literal;
import dev.weir.engine.sampling.constraint.grammar.Expression.Repeat;
import dev.weir.engine.sampling.constraint.grammar.Expression.Sequence;
import java.util.List;

/** Roughly how many states an expression takes: enough to tell what is worth a counter. */
final class ExpressionSize {

    private static final long LARGE = 1_000_000;

    private ExpressionSize() {}

    static long of(Expression expression) {
        long size = switch (expression) {
            case Bytes _, Call _ -> 1;
            case Literal(String text) -> text.length();
            case Characters(var set) -> 1 + set.ranges().size();
            case Sequence(List<Expression> parts) -> 1 + sum(parts);
            case Choice(List<Expression> alternatives) -> 1 + sum(alternatives);
            case Repeat repeat -> 1 + of(repeat.repeated());
            case Graph graph ->
                graph.nodeCount()
                        + sum(graph.edges().stream().map(Expression.Edge::label).toList());
            case Intersection _ -> LARGE;
        };
        return Math.min(size, LARGE);
    }

    private static long sum(List<Expression> expressions) {
        return expressions.stream().mapToLong(ExpressionSize::of).sum();
    }
}
