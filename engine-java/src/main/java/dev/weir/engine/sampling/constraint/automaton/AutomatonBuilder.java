package dev.weir.engine.sampling.constraint.automaton;

import dev.weir.engine.sampling.constraint.ConstraintException;
import dev.weir.engine.sampling.constraint.ConstraintLimits;
import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import dev.weir.engine.sampling.constraint.grammar.CodePoints;
import dev.weir.engine.sampling.constraint.grammar.Expression;
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
import dev.weir.engine.sampling.constraint.grammar.Grammar;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lays a grammar out as states. Used once, by one thread. */
final class AutomatonBuilder {

    /** Repetitions that cost no more states than this are written out; longer ones count, unless what is repeated may be empty. */
    private static final int WRITTEN_OUT_STATES_MAX = 48;

    private final ByteSet usable;
    private final ConstraintLimits limits;
    private final Work work;
    private final List<State> states = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private final Deque<Rule> unbuilt = new ArrayDeque<>();
    private final Map<Repeat, Rule> counted = new HashMap<>();

    /** Whether every repetition is written out, as intersections need it. */
    private final boolean withoutCounters;

    private AutomatonBuilder(ByteSet usable, ConstraintLimits limits, Work work, boolean withoutCounters) {
        this.usable = usable;
        this.limits = limits;
        this.work = work;
        this.withoutCounters = withoutCounters;
    }

    /**
     * The automaton of a grammar.
     *
     * @param usable bytes that the vocabulary can spell one by one; no text with another is allowed, for it might have no end
     * @throws ConstraintException where a limit is exceeded, a rule begins with itself, or nothing satisfies the grammar
     */
    static Automaton build(Grammar grammar, ByteSet usable, ConstraintLimits limits) {
        Work work = new Work(
                limits.compileWorkMax(),
                "the constraint takes more than " + limits.compileWorkMax()
                        + " steps to compile (compileWorkMax): simplify it, or combine fewer patterns and bounds in one place");
        AutomatonBuilder builder = new AutomatonBuilder(usable, limits, work, false);
        for (Grammar.Rule rule : grammar.rules()) {
            builder.newRule(rule.name(), rule.body(), 1, 1);
        }
        while (!builder.unbuilt.isEmpty()) {
            Rule rule = builder.unbuilt.removeFirst();
            State end = builder.newState(rule);
            end.accept();
            builder.add(rule.body(), rule.start(), end);
        }
        return AutomatonCheck.checked(builder.rules, builder.states, limits);
    }

    private Rule newRule(String name, Expression body, int min, int max) {
        Rule rule = new Rule(name, body, min, max, states.size());
        register(rule.start());
        rules.add(rule);
        unbuilt.add(rule);
        return rule;
    }

    private State newState(Rule rule) {
        return register(rule.newState(states.size()));
    }

    private State register(State state) {
        if (states.size() == limits.statesMax()) {
            throw new ConstraintException("the constraint needs more than " + limits.statesMax()
                    + " states (statesMax): simplify it, or ask for fewer alternatives or repetitions");
        }
        states.add(state);
        return state;
    }

    /** Lays every string of an expression as a way from one state to another. */
    private void add(Expression expression, State from, State to) {
        work.done(1);
        switch (expression) {
            case Bytes(ByteSet set) -> from.addBytes(set.and(usable), to);
            case Literal(String text) -> addLiteral(text.getBytes(StandardCharsets.UTF_8), from, to);
            case Characters(CodePoints set) -> addCharacters(set, from, to);
            case Sequence(List<Expression> parts) -> addSequence(parts, from, to);
            case Choice(List<Expression> alternatives) -> addChoice(alternatives, from, to);
            case Repeat repeat -> addRepeat(repeat, from, to);
            case Call(int rule) -> addCall(rules.get(rule), from, to);
            case Graph graph -> addGraph(graph, from, to);
            case Intersection(List<Expression> all) -> addIntersection(all, from, to);
        }
    }

    private void addCall(Rule called, State from, State to) {
        from.rule().calls();
        from.addCall(called, to);
    }

    /** Texts share what they begin with: an enumeration of thousands is read as one. */
    private void addChoice(List<Expression> alternatives, State from, State to) {
        List<byte[]> texts = new ArrayList<>();
        for (Expression alternative : alternatives) {
            if (alternative instanceof Literal(String text)) {
                texts.add(text.getBytes(StandardCharsets.UTF_8));
            } else {
                add(alternative, from, to);
            }
        }
        texts.sort(Arrays::compareUnsigned);
        List<State> path = new ArrayList<>(List.of(from));
        byte[] before = {};
        for (byte[] text : texts) {
            work.done(text.length);
            int mismatch = Arrays.mismatch(before, text);
            if (mismatch < 0) {
                continue; // the same once more
            }
            // The last byte of a text leads to the end, so a longer text that begins with it parts from it there.
            int common = Math.min(mismatch, Math.max(before.length - 1, 0));
            path.subList(common + 1, path.size()).clear();
            for (int i = common; i < text.length; i++) {
                State next = i == text.length - 1 ? to : newState(from.rule());
                path.getLast().addBytes(ByteSet.of(text[i] & 0xFF).and(usable), next);
                path.add(next);
            }
            path.removeLast();
            before = text;
        }
    }

    private void addLiteral(byte[] text, State from, State to) {
        State at = from;
        for (int i = 0; i < text.length; i++) {
            State next = i == text.length - 1 ? to : newState(from.rule());
            at.addBytes(ByteSet.of(text[i] & 0xFF).and(usable), next);
            at = next;
        }
    }

    /** Pieces that end alike share their ends: at most as many states as there are different ones. */
    private void addCharacters(CodePoints set, State from, State to) {
        Map<List<ByteSet>, State> ends = new HashMap<>();
        Utf8.pieces(set, bytes -> {
            State next = to;
            for (int i = bytes.length - 1; i > 0; i--) {
                State after = next;
                List<ByteSet> end = List.of(bytes).subList(i, bytes.length);
                ByteSet here = bytes[i];
                State known = ends.get(end);
                if (known == null) {
                    known = newState(from.rule());
                    known.addBytes(here.and(usable), after);
                    ends.put(end, known);
                }
                next = known;
            }
            from.addBytes(bytes[0].and(usable), next);
        });
    }

    private void addSequence(List<Expression> parts, State from, State to) {
        if (parts.isEmpty()) {
            from.addEpsilon(to);
        }
        State at = from;
        for (int i = 0; i < parts.size(); i++) {
            State next = i == parts.size() - 1 ? to : newState(from.rule());
            add(parts.get(i), at, next);
            at = next;
        }
    }

    private void addRepeat(Repeat repeat, State from, State to) {
        boolean unbounded = repeat.max() == Repeat.UNBOUNDED;
        long copies = unbounded ? repeat.min() + 1L : repeat.max();
        boolean isLong = copies > 1 && copies * ExpressionSize.of(repeat.repeated()) > WRITTEN_OUT_STATES_MAX;
        if (isLong && !withoutCounters && !mayBeEmpty(repeat.repeated())) {
            Rule rule = counted.get(repeat);
            if (rule == null) {
                rule = newRule("a repetition", repeat.repeated(), repeat.min(), repeat.max());
                counted.put(repeat, rule);
            }
            addCall(rule, from, to);
        } else {
            writeOut(repeat, from, to);
        }
    }

    /** Whether nothing may be written for an expression. A call's rule is not looked into. */
    private static boolean mayBeEmpty(Expression expression) {
        return switch (expression) {
            case Bytes _, Characters _, Call _, Graph _ -> false;
            case Literal(String text) -> text.isEmpty();
            case Sequence(List<Expression> parts) -> parts.stream().allMatch(AutomatonBuilder::mayBeEmpty);
            case Choice(List<Expression> alternatives) -> alternatives.stream().anyMatch(AutomatonBuilder::mayBeEmpty);
            case Repeat(Expression repeated, int min, int _) -> min == 0 || mayBeEmpty(repeated);
            case Intersection(List<Expression> all) -> all.stream().allMatch(AutomatonBuilder::mayBeEmpty);
        };
    }

    private void writeOut(Repeat repeat, State from, State to) {
        boolean unbounded = repeat.max() == Repeat.UNBOUNDED;
        State at = newState(from.rule());
        from.addEpsilon(at);
        for (int i = 0; i < (unbounded ? repeat.min() : repeat.max()); i++) {
            if (i >= repeat.min()) {
                at.addEpsilon(to);
            }
            State next = newState(from.rule());
            add(repeat.repeated(), at, next);
            at = next;
        }
        if (unbounded) {
            add(repeat.repeated(), at, at);
        }
        at.addEpsilon(to);
    }

    private void addGraph(Graph graph, State from, State to) {
        State[] nodes = new State[graph.nodeCount()];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = newState(from.rule());
        }
        from.addEpsilon(nodes[0]);
        nodes[nodes.length - 1].addEpsilon(to);
        for (Edge edge : graph.edges()) {
            add(edge.label(), nodes[edge.from()], nodes[edge.to()]);
        }
    }

    /** Two at a time: pairs of states, as far as they can be reached. */
    private void addIntersection(List<Expression> all, State from, State to) {
        Scratch product = scratch(all.getFirst());
        for (Expression next : all.subList(1, all.size())) {
            product = product(product, scratch(next));
        }
        Map<State, State> copies = new HashMap<>();
        copies.put(product.end(), to);
        from.addEpsilon(copyOf(product.start(), from.rule(), copies));
    }

    /** For states that are copied from, and then forgotten. */
    private AutomatonBuilder aside() {
        return new AutomatonBuilder(usable, limits, work, true);
    }

    private record Scratch(State start, State end) {}

    private record Pair(State left, State right) {}

    private Scratch scratch(Expression expression) {
        AutomatonBuilder aside = aside();
        Rule rule = new Rule("an intersection", expression, 1, 1, 0);
        State end = aside.newState(rule);
        aside.add(expression, rule.start(), end);
        return new Scratch(rule.start(), end);
    }

    private Scratch product(Scratch left, Scratch right) {
        AutomatonBuilder aside = aside();
        Rule rule = new Rule("an intersection", Expression.EMPTY, 1, 1, 0);
        Map<Pair, State> made = new HashMap<>();
        Deque<Map.Entry<Pair, State>> open = new ArrayDeque<>();
        Pair first = new Pair(left.start(), right.start());
        made.put(first, rule.start());
        open.add(Map.entry(first, rule.start()));
        while (!open.isEmpty()) {
            Map.Entry<Pair, State> next = open.removeFirst();
            Pair pair = next.getKey();
            State state = next.getValue();
            for (State to : pair.left().epsilons()) {
                state.addEpsilon(aside.reached(new Pair(to, pair.right()), rule, made, open));
            }
            for (State to : pair.right().epsilons()) {
                state.addEpsilon(aside.reached(new Pair(pair.left(), to), rule, made, open));
            }
            work.done(pair.left().bytes().size() * pair.right().bytes().size());
            for (State.ByteEdge l : pair.left().bytes()) {
                for (State.ByteEdge r : pair.right().bytes()) {
                    ByteSet both = l.set().and(r.set());
                    if (!both.isEmpty()) {
                        state.addBytes(both, aside.reached(new Pair(l.to(), r.to()), rule, made, open));
                    }
                }
            }
        }
        State end = made.get(new Pair(left.end(), right.end()));
        return new Scratch(rule.start(), end == null ? rule.newState(-1) : end);
    }

    private <T> State reached(T what, Rule rule, Map<T, State> made, Deque<Map.Entry<T, State>> open) {
        State known = made.get(what);
        if (known == null) {
            known = newState(rule);
            made.put(what, known);
            open.add(Map.entry(what, known));
        }
        return known;
    }

    private State copyOf(State root, Rule rule, Map<State, State> copies) {
        Deque<Map.Entry<State, State>> open = new ArrayDeque<>();
        State copy = reached(root, rule, copies, open);
        while (!open.isEmpty()) {
            Map.Entry<State, State> next = open.removeFirst();
            State original = next.getKey();
            State to = next.getValue();
            original.epsilons().forEach(each -> to.addEpsilon(reached(each, rule, copies, open)));
            original.bytes().forEach(edge -> to.addBytes(edge.set(), reached(edge.to(), rule, copies, open)));
        }
        return copy;
    }
}
