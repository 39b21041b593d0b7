package dev.weir.engine.sampling.constraint;

import dev.weir.engine.sampling.constraint.ConstraintSource.Calls;
import dev.weir.engine.sampling.constraint.ConstraintSource.Form;
import dev.weir.engine.sampling.constraint.ConstraintSource.Part;
import dev.weir.engine.sampling.constraint.ConstraintSource.Thoughts;
import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Expression.Bytes;
import dev.weir.engine.sampling.constraint.grammar.Expression.Edge;
import dev.weir.engine.sampling.constraint.grammar.Expression.Graph;
import dev.weir.engine.sampling.constraint.grammar.Expression.Repeat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What forms stand for.
 *
 * @param documents what stands for the documents of a pointer into the schema
 * @param space the white space that JSON may have
 */
record FormText(Function<String, Expression> documents, Expression space) {

    private static final int BYTE_COUNT = 256;

    /** Layout between a model's thoughts and what it says. */
    private static final Expression LAYOUT =
            new Repeat(new Bytes(ByteSet.of(' ').or(ByteSet.of('\n'))), 0, 4);

    Expression of(Form form) {
        return new Expression.Sequence(form.parts().stream().map(this::of).toList());
    }

    private Expression of(Part part) {
        return switch (part) {
            case Part.Literal(String text) -> Expression.literal(text);
            case Part.Space() -> space;
            case Part.Document(String pointer) -> documents.apply(pointer);
            case Part.OneOf(List<String> texts) ->
                Expression.choice(texts.stream().map(Expression::literal).toList());
            case Part.Until(String mark) -> until(mark);
            case Part.Again(Form form, int max) -> new Repeat(of(form), 0, max);
        };
    }

    Expression of(Calls calls) {
        Expression one = Expression.choice(calls.forms().stream().map(this::of).toList());
        if (!calls.several()) {
            return one;
        }
        Expression next = Expression.sequence(space, Expression.literal(calls.between()), space, one);
        return Expression.sequence(one, Expression.any(next));
    }

    /** What may stand before an answer that has a form: a model's thoughts, which end before it begins. */
    static Expression before(Thoughts thoughts) {
        if (thoughts.opening().isEmpty()) {
            return Expression.EMPTY;
        }
        Expression rest = Expression.sequence(until(thoughts.closing()), LAYOUT);
        return thoughts.begun()
                ? rest
                : Expression.optional(Expression.sequence(LAYOUT, Expression.literal(thoughts.opening()), rest));
    }

    /** Any text up to the first such mark, and the mark: a node for each beginning of it. */
    private static Expression until(String mark) {
        List<Edge> edges = new ArrayList<>();
        for (int read = 0; read < mark.length(); read++) {
            Map<Integer, ByteSet> sets = new TreeMap<>();
            for (int value = 0; value < BYTE_COUNT; value++) {
                sets.merge(begun(mark, mark.substring(0, read) + (char) value), ByteSet.of(value), ByteSet::or);
            }
            int from = read;
            sets.forEach((to, bytes) -> edges.add(new Edge(from, new Bytes(bytes), to)));
        }
        return new Graph(mark.length() + 1, edges);
    }

    /** How many characters at the end of a text are the beginning of a mark. */
    private static int begun(String mark, String text) {
        int length = Math.min(mark.length(), text.length());
        while (!text.endsWith(mark.substring(0, length))) {
            length--;
        }
        return length;
    }
}
