package dev.weir.engine.sampling.constraint.automaton;

import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import java.util.ArrayList;
import java.util.List;

/** A state of a rule, with its edges. Changes while the automaton is built, and never after. */
final class State {

    /** Reads one byte. */
    record ByteEdge(ByteSet set, State to) {}

    /** Writes what a rule says, then goes on in {@code to}. */
    record CallEdge(Rule rule, State to) {}

    /** The {@link #neededDepth} of a state from which no end can be reached. */
    static final int NEVER = Integer.MAX_VALUE;

    private final int id;
    private final int index;
    private final Rule rule;
    private List<ByteEdge> bytes = List.of();
    private List<CallEdge> calls = List.of();
    private List<State> epsilons = List.of();
    private boolean accepting;
    private boolean nullable;
    private ByteSet first = ByteSet.NONE;
    private int neededDepth = NEVER;

    State(int id, int index, Rule rule) {
        this.id = id;
        this.index = index;
        this.rule = rule;
    }

    /** Its number among all states of the automaton. */
    int id() {
        return id;
    }

    /** Its number among the states of its rule. */
    int index() {
        return index;
    }

    Rule rule() {
        return rule;
    }

    List<ByteEdge> bytes() {
        return bytes;
    }

    List<CallEdge> calls() {
        return calls;
    }

    /** States that stand for this one as well. */
    List<State> epsilons() {
        return epsilons;
    }

    /** Whether the rule may end here. */
    boolean isAccepting() {
        return accepting;
    }

    /** Whether the rule's end can be reached from here without a byte. */
    boolean isNullable() {
        return nullable;
    }

    /** How many rules more must be open at once, at least, on the way to the rule's end. */
    int neededDepth() {
        return neededDepth;
    }

    boolean isDead() {
        return neededDepth == NEVER;
    }

    /** Whether there is nothing to do here but to end, so that a call that returns here need not be remembered. */
    boolean onlyEnds() {
        return accepting && bytes.isEmpty() && epsilons.isEmpty() && calls.isEmpty() && !rule.isCounted();
    }

    /** All bytes that lead on from here. */
    ByteSet live() {
        ByteSet live = ByteSet.NONE;
        for (ByteEdge edge : bytes) {
            live = live.or(edge.set());
        }
        return live;
    }

    void addBytes(ByteSet set, State to) {
        if (!set.isEmpty()) {
            bytes = added(bytes, new ByteEdge(set, to));
        }
    }

    void addCall(Rule called, State to) {
        calls = added(calls, new CallEdge(called, to));
    }

    void addEpsilon(State to) {
        epsilons = added(epsilons, to);
    }

    private static <T> List<T> added(List<T> list, T element) {
        List<T> grown = list.isEmpty() ? new ArrayList<>(1) : list;
        grown.add(element);
        return grown;
    }

    void accept() {
        accepting = true;
    }

    /** Records that the end is near; true where that was news. */
    boolean becomesNullable() {
        boolean news = !nullable;
        nullable = true;
        return news;
    }

    /** Bytes that may come next, in this rule or in those that it opens. */
    ByteSet first() {
        return first;
    }

    /** Records bytes that may come next; true where that was news. */
    boolean mayBeginWith(ByteSet bytes) {
        ByteSet all = first.or(bytes);
        boolean news = !all.equals(first);
        first = all;
        return news;
    }

    /** Records a way to the end; true where it is a shallower one. */
    boolean needsOnly(int depth) {
        boolean news = depth < neededDepth;
        neededDepth = Math.min(depth, neededDepth);
        return news;
    }

    /** Takes away every edge from which no end can be reached. */
    void prune() {
        bytes = bytes.stream().filter(edge -> !edge.to().isDead()).toList();
        calls = calls.stream()
                .filter(edge -> !edge.to().isDead() && !edge.rule().isDead())
                .toList();
        epsilons = epsilons.stream().filter(to -> !to.isDead()).toList();
    }
}
