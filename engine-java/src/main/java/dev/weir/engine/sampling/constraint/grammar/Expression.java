package dev.weir.engine.sampling.constraint.grammar;

import java.util.List;

/** A set of byte strings. Texts are their UTF-8. */
public sealed interface Expression {

    /** Nothing written. */
    Expression EMPTY = new Sequence(List.of());

    /** No string at all, not even the empty one. */
    Expression NOTHING = new Choice(List.of());

    /** One byte. */
    record Bytes(ByteSet set) implements Expression {}

    /** This text. */
    record Literal(String text) implements Expression {}

    /** One character. */
    record Characters(CodePoints set) implements Expression {}

    /** One after the other. */
    record Sequence(List<Expression> parts) implements Expression {
        public Sequence {
            parts = List.copyOf(parts);
        }
    }

    /** One of them. */
    record Choice(List<Expression> alternatives) implements Expression {
        public Choice {
            alternatives = List.copyOf(alternatives);
        }
    }

    /** The same again and again, from {@code min} to {@code max} times. */
    record Repeat(Expression repeated, int min, int max) implements Expression {

        /** As often as one likes. */
        public static final int UNBOUNDED = Integer.MAX_VALUE;

        public Repeat {
            if (min < 0 || max < min) {
                throw new IllegalArgumentException("cannot repeat " + min + " to " + max + " times");
            }
        }
    }

    /** What a rule of the grammar says, by its index. */
    record Call(int rule) implements Expression {}

    /** Every way from node 0 to node {@code nodeCount - 1}: what a tree would have to say over and over again. */
    record Graph(int nodeCount, List<Edge> edges) implements Expression {
        public Graph {
            edges = List.copyOf(edges);
        }
    }

    /** A step in a {@link Graph}. */
    record Edge(int from, Expression label, int to) {}

    /** What all of them allow. None may call a rule. */
    record Intersection(List<Expression> all) implements Expression {
        public Intersection {
            all = List.copyOf(all);
        }
    }

    static Expression literal(String text) {
        return text.isEmpty() ? EMPTY : new Literal(text);
    }

    static Expression sequence(Expression... parts) {
        return parts.length == 1 ? parts[0] : new Sequence(List.of(parts));
    }

    static Expression choice(Expression... alternatives) {
        return choice(List.of(alternatives));
    }

    static Expression choice(List<Expression> alternatives) {
        return alternatives.size() == 1 ? alternatives.getFirst() : new Choice(alternatives);
    }

    static Expression optional(Expression expression) {
        return new Repeat(expression, 0, 1);
    }

    static Expression any(Expression expression) {
        return new Repeat(expression, 0, Repeat.UNBOUNDED);
    }
}
