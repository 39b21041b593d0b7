package dev.weir.engine.sampling.constraint.schema;

import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Expression.Bytes;
import dev.weir.engine.sampling.constraint.grammar.Expression.Edge;
import dev.weir.engine.sampling.constraint.grammar.Expression.Graph;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Multiples of a number, as digits without a sign: long division, with a node for each remainder. */
final class Multiples {

    /** Nodes of a graph: remainders times places after the point. */
    private static final int NODES_MAX = 4_096;

    private final int divisor;
    private final int places;
    private final List<Edge> edges = new ArrayList<>();

    private Multiples(int divisor, int places) {
        this.divisor = divisor;
        this.places = places;
    }

    /** The multiples of {@code factor}, which is positive; nothing where they would take too many nodes. */
    static Optional<Expression> of(BigDecimal factor, boolean whole) {
        BigDecimal stripped = factor.stripTrailingZeros();
        int places = Math.max(stripped.scale(), 0);
        BigDecimal divisor = stripped.scaleByPowerOfTen(places);
        if (divisor.compareTo(BigDecimal.valueOf(NODES_MAX)) > 0 || places > JsonText.DIGITS_MAX) {
            return Optional.empty();
        }
        int nodes = divisor.intValueExact() * (places + 2);
        return nodes > NODES_MAX
                ? Optional.empty()
                : Optional.of(new Multiples(divisor.intValueExact(), places).graph(whole));
    }

    /** Node 0 is the beginning, node 1 a leading zero, which no digit follows; then come the remainders with 0, 1, ... places after the point, and the end. */
    private Graph graph(boolean whole) {
        int levels = whole ? 1 : places + 2;
        int end = 2 + divisor * levels;
        edges.add(new Edge(0, Expression.literal("0"), 1));
        for (int digit = 1; digit <= 9; digit++) {
            digit(0, digit, node(0, digit % divisor));
        }
        endOrPoint(1, 0, whole, end);
        for (int remainder = 0; remainder < divisor; remainder++) {
            for (int digit = 0; digit <= 9; digit++) {
                digit(node(0, remainder), digit, node(0, (10 * remainder + digit) % divisor));
            }
            endOrPoint(node(0, remainder), remainder, whole, end);
        }
        for (int place = 0; !whole && place <= places; place++) {
            fractions(place, end);
        }
        return new Graph(end + 1, edges);
    }

    /** Level {@code place + 1} holds the remainders after the point and {@code place} digits. */
    private void fractions(int place, int end) {
        for (int remainder = 0; remainder < divisor; remainder++) {
            int from = node(place + 1, remainder);
            if (place > 0 && divides(remainder, place)) {
                edges.add(new Edge(from, Expression.EMPTY, end));
            }
            for (int digit = 0; digit <= 9 && place < places; digit++) {
                digit(from, digit, node(place + 2, (10 * remainder + digit) % divisor));
            }
        }
    }

    private void endOrPoint(int from, int remainder, boolean whole, int end) {
        if (divides(remainder, 0)) {
            edges.add(new Edge(from, Expression.EMPTY, end));
        }
        if (!whole && places > 0) {
            edges.add(new Edge(from, Expression.literal("."), node(1, remainder)));
        }
    }

    /** Whether what was read is a multiple when the places that are left are zeros. */
    private boolean divides(int remainder, int place) {
        long value = remainder;
        for (int i = place; i < places; i++) {
            value = 10 * value % divisor;
        }
        return value % divisor == 0;
    }

    private int node(int level, int remainder) {
        return 2 + level * divisor + remainder;
    }

    private void digit(int from, int digit, int to) {
        edges.add(new Edge(from, new Bytes(ByteSet.of('0' + digit)), to));
    }
}
