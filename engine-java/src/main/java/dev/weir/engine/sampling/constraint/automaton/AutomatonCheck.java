package dev.weir.engine.sampling.constraint.automaton;

import dev.weir.engine.sampling.constraint.ConstraintException;
import dev.weir.engine.sampling.constraint.ConstraintLimits;
import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What must hold of an automaton before text is written with it: an end can be reached from everywhere (what cannot reach one is taken away, so
 * that a text that may go on can always be ended), and no rule begins with itself (so that reading a byte opens finitely many rules).
 */
final class AutomatonCheck {

    private final List<Rule> rules;
    private final List<State> states;
    /** The states that an edge leads from, by the id of the state that it leads to. */
    private final List<List<State>> sources;

    private final Map<Rule, List<State>> callers = new HashMap<>();
    private final Map<Rule, List<State.CallEdge>> callsOf = new HashMap<>();

    private AutomatonCheck(List<Rule> rules, List<State> states) {
        this.rules = rules;
        this.states = states;
        sources = new ArrayList<>(states.size());
        states.forEach(_ -> sources.add(new ArrayList<>(1)));
        for (State state : states) {
            state.bytes().forEach(edge -> sources.get(edge.to().id()).add(state));
            state.epsilons().forEach(to -> sources.get(to.id()).add(state));
            for (State.CallEdge edge : state.calls()) {
                sources.get(edge.to().id()).add(state);
                callers.computeIfAbsent(edge.rule(), _ -> new ArrayList<>()).add(state);
                callsOf.computeIfAbsent(state.rule(), _ -> new ArrayList<>()).add(edge);
            }
        }
    }

    static Automaton checked(List<Rule> rules, List<State> states, ConstraintLimits limits) {
        AutomatonCheck check = new AutomatonCheck(rules, states);
        check.findNeededDepths();
        Rule root = rules.getFirst();
        if (root.isDead()) {
            throw new ConstraintException(
                    "no text satisfies the constraint, or none that the model's vocabulary can spell");
        }
        if (root.start().neededDepth() >= limits.depthMax()) {
            throw new ConstraintException("even the shortest text that satisfies the constraint is nested deeper than "
                    + limits.depthMax() + " rules (depthMax)");
        }
        states.forEach(State::prune);
        check.findNullables();
        check.refuseEmptyRepetitions();
        check.findFirsts();
        check.findFollows();
        return new Automaton(root, List.copyOf(states), check.longestChain());
    }

    /** From the ends backward; a state is looked at again whenever a shallower way was found from where it leads. */
    private void findNeededDepths() {
        Deque<State> open = new ArrayDeque<>();
        for (State state : states) {
            if (state.isAccepting() && state.needsOnly(0)) {
                open.add(state);
            }
        }
        for (State state : states) { // what may be said not at all needs nothing
            for (State.CallEdge edge : state.calls()) {
                if (edge.rule().min() == 0 && !edge.to().isDead() && state.needsOnly(neededDepth(state))) {
                    open.add(state);
                }
            }
        }
        while (!open.isEmpty()) {
            State reached = open.removeFirst();
            for (State source : sources.get(reached.id())) {
                if (source.needsOnly(neededDepth(source))) {
                    open.add(source);
                }
            }
            if (reached.index() == 0) {
                for (State caller : callers.getOrDefault(reached.rule(), List.of())) {
                    if (caller.needsOnly(neededDepth(caller))) {
                        open.add(caller);
                    }
                }
            }
        }
    }

    private static int neededDepth(State state) {
        int depth = state.isAccepting() ? 0 : State.NEVER;
        for (State.ByteEdge edge : state.bytes()) {
            depth = Math.min(depth, edge.to().neededDepth());
        }
        for (State to : state.epsilons()) {
            depth = Math.min(depth, to.neededDepth());
        }
        for (State.CallEdge edge : state.calls()) {
            int inside = edge.rule().min() == 0 ? 0 : edge.rule().start().neededDepth();
            if (inside != State.NEVER) {
                depth = Math.min(depth, Math.max(inside + 1, edge.to().neededDepth()));
            }
        }
        return depth;
    }

    private void findNullables() {
        spread(state -> isNullable(state) && state.becomesNullable());
    }

    private void findFirsts() {
        spread(state -> state.mayBeginWith(first(state)));
    }

    /** Asks every state whether there is news of it, and again whenever there was of one that it leads to. */
    private void spread(Predicate<State> news) {
        Deque<State> open = new ArrayDeque<>();
        for (State state : states) {
            if (news.test(state)) {
                open.add(state);
            }
        }
        while (!open.isEmpty()) {
            State reached = open.removeFirst();
            List<State> concerned = new ArrayList<>(sources.get(reached.id()));
            if (reached.index() == 0) {
                concerned.addAll(callers.getOrDefault(reached.rule(), List.of()));
            }
            for (State state : concerned) {
                if (news.test(state)) {
                    open.add(state);
                }
            }
        }
    }

    private static ByteSet first(State state) {
        ByteSet first = state.live();
        for (State to : state.epsilons()) {
            first = first.or(to.first());
        }
        for (State.CallEdge edge : state.calls()) {
            first = first.or(edge.rule().start().first());
            if (edge.rule().isNullable()) {
                first = first.or(edge.to().first());
            }
        }
        return first;
    }

    /** What comes after a call; where the caller may be at its end, too, what comes after the caller or begins it once more. */
    private void findFollows() {
        Deque<Rule> open = new ArrayDeque<>(rules);
        while (!open.isEmpty()) {
            Rule rule = open.removeFirst();
            ByteSet again = rule.isCounted() ? rule.start().first() : ByteSet.NONE;
            for (State.CallEdge edge : callsOf.getOrDefault(rule, List.of())) {
                ByteSet after = edge.to().isNullable()
                        ? edge.to().first().or(rule.follow()).or(again)
                        : edge.to().first();
                if (edge.rule().mayBeFollowedBy(after)) {
                    open.add(edge.rule());
                }
            }
        }
    }

    private static boolean isNullable(State state) {
        return state.isAccepting()
                || state.epsilons().stream().anyMatch(State::isNullable)
                || state.calls().stream()
                        .anyMatch(edge -> edge.rule().isNullable() && edge.to().isNullable());
    }

    private void refuseEmptyRepetitions() {
        for (Rule rule : rules) {
            if (rule.isCounted() && rule.start().isNullable()) {
                throw new ConstraintException("something that may be empty is repeated up to " + rule.max()
                        + " times: repeat what is not empty, or do without the bound");
            }
        }
    }

    /** The most rules that can be opened one within the other without a byte between; refuses a rule that opens itself so. */
    private int longestChain() {
        Map<Rule, Set<Rule>> firsts = new HashMap<>();
        Map<Rule, Integer> openerCounts = new HashMap<>();
        for (Rule rule : rules) {
            Set<Rule> first = firstCalls(rule);
            firsts.put(rule, first);
            first.forEach(called -> openerCounts.merge(called, 1, Integer::sum));
        }
        Map<Rule, Integer> depths = new HashMap<>();
        Deque<Rule> ready = new ArrayDeque<>();
        rules.stream().filter(rule -> !openerCounts.containsKey(rule)).forEach(ready::add);
        int longest = 0;
        int ordered = 0;
        while (!ready.isEmpty()) {
            Rule rule = ready.removeFirst();
            ordered++;
            int depth = depths.getOrDefault(rule, 1);
            longest = Math.max(longest, depth);
            for (Rule called : firsts.getOrDefault(rule, Set.of())) {
                depths.merge(called, depth + 1, Math::max);
                if (openerCounts.merge(called, -1, Integer::sum) == 0) {
                    ready.add(called);
                }
            }
        }
        if (ordered < rules.size()) {
            refuseLeftRecursion(openerCounts);
        }
        return longest;
    }

    private void refuseLeftRecursion(Map<Rule, Integer> openerCounts) {
        Rule named = rules.stream()
                .filter(rule -> openerCounts.getOrDefault(rule, 0) > 0)
                .findFirst()
                .orElseThrow();
        throw new ConstraintException(
                "rule \"" + named.name()
                        + "\" begins with itself (left recursion), or is opened by one that does: write \"a ::= b a?\" for \"a ::= a? b\"");
    }

    /** Rules that can be opened from a rule's beginning before any byte. */
    private static Set<Rule> firstCalls(Rule rule) {
        Set<Rule> called = new HashSet<>();
        Set<State> seen = new HashSet<>(List.of(rule.start()));
        Deque<State> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            State state = open.removeFirst();
            List<State> next = new ArrayList<>(state.epsilons());
            for (State.CallEdge edge : state.calls()) {
                called.add(edge.rule());
                if (edge.rule().isNullable()) {
                    next.add(edge.to());
                }
            }
            for (State to : next) {
                if (seen.add(to)) {
                    open.add(to);
                }
            }
        }
        return called;
    }
}
