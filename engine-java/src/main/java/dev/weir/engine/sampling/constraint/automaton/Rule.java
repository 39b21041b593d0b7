package dev.weir.engine.sampling.constraint.automaton;

import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Expression.Repeat;

/**
 * A rule of an automaton: its body is said {@code min} to {@code max} times in a row. Most are said once; a long repetition is a rule of its
 * own, so that it costs a counter and not as many states.
 */
final class Rule {

    private final String name;
    private final Expression body;
    private final int min;
    private final int max;
    private final State start;
    private int stateCount = 1;
    private boolean callsNothing = true;
    private ByteSet follow = ByteSet.NONE;

    Rule(String name, Expression body, int min, int max, int startId) {
        this.name = name;
        this.body = body;
        this.min = min;
        this.max = max;
        start = new State(startId, 0, this);
    }

    String name() {
        return name;
    }

    Expression body() {
        return body;
    }

    int min() {
        return min;
    }

    int max() {
        return max;
    }

    State start() {
        return start;
    }

    State newState(int id) {
        return new State(id, stateCount++, this);
    }

    void calls() {
        callsNothing = false;
    }

    /** Bytes that may come after it, wherever it is called. */
    ByteSet follow() {
        return follow;
    }

    /** Records bytes that may come after it; true where that was news. */
    boolean mayBeFollowedBy(ByteSet bytes) {
        ByteSet all = follow.or(bytes);
        boolean news = !all.equals(follow);
        follow = all;
        return news;
    }

    /** Whether it says everything itself, so that its states mean the same in every grammar that has the same rule. */
    boolean callsNothing() {
        return callsNothing;
    }

    boolean isCounted() {
        return min != 1 || max != 1;
    }

    boolean isNullable() {
        return min == 0 || start.isNullable();
    }

    /** Whether it can never be said. */
    boolean isDead() {
        return min > 0 && start.isDead();
    }

    /** Counts below this one occur. */
    int countsMax() {
        return max == Repeat.UNBOUNDED ? min + 1 : max;
    }

    /** As much of a count as makes a difference. */
    int clamped(int count) {
        return max == Repeat.UNBOUNDED ? Math.min(count, min) : count;
    }
}
