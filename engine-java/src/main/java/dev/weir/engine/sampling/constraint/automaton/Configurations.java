package dev.weir.engine.sampling.constraint.automaton;

import dev.weir.engine.sampling.constraint.ConstraintLimits;
import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configurations of one automaton, as far as they have been reached. To read a byte is to follow its edges from every state on top of a
 * stack, and then to open the rules that may begin and to close those that may end, until each stack has a state on top that reads a byte.
 *
 * <p>Not safe for several threads.
 */
final class Configurations {

    private record Place(long symbol, Stacks tail) {}

    private final Automaton automaton;
    private final int depthMax;
    private final int keptMax;
    private final Work work;
    private final StacksTable table;
    private final Map<Stacks, Configuration> made = new HashMap<>();
    private final Configuration dead;
    private final @Nullable ByteSet[] liveByState;

    // The closure that is being made: places to look at, places seen, and those of them that read a byte.
    private final Set<Place> seen = new HashSet<>();
    private State[] openStates = new State[16];
    private int[] openCounts = new int[16];
    private Stacks[] openTails = new Stacks[16];
    private int openCount;
    private long[] readySymbols = new long[16];
    private Stacks[] readyTails = new Stacks[16];
    private int readyCount;
    private boolean ended;

    Configurations(Automaton automaton, ConstraintLimits limits, Work work) {
        this.automaton = automaton;
        this.work = work;
        depthMax = limits.depthMax();
        keptMax = limits.configurationsMax();
        table = new StacksTable(work);
        dead = new Configuration(table.none(), ByteSet.NONE);
        liveByState = new ByteSet[automaton.states().size()];
    }

    /** Where every text begins. */
    Configuration start() {
        begin();
        enter(automaton.root(), table.empty());
        return closed();
    }

    /** The one state with nothing known below it: its configuration may end when its rule may. */
    Configuration alone(long symbol) {
        return configuration(table.push(symbol, table.empty()));
    }

    /** What follows when the rules above {@code tail} have ended. */
    Configuration popped(Stacks tail) {
        Configuration known = tail.popped();
        if (known == null) {
            begin();
            pop(tail);
            known = closed();
            tail.popped(known);
        }
        return known;
    }

    /** What follows a byte; dead where the byte is not allowed. */
    Configuration next(Configuration from, int value) {
        if (!from.live().contains(value)) {
            return dead;
        }
        Configuration known = from.known(value);
        if (known == null) {
            known = advance(from.stacks(), value);
            from.learn(value, known);
        }
        return known;
    }

    private Configuration advance(Stacks stacks, int value) {
        begin();
        for (int i = 0; i < stacks.size(); i++) {
            long symbol = stacks.symbol(i);
            for (State.ByteEdge edge : state(symbol).bytes()) {
                if (edge.set().contains(value)) {
                    open(edge.to(), Stacks.count(symbol), stacks.tail(i));
                }
            }
        }
        return closed();
    }

    State state(long symbol) {
        return automaton.states().get(Stacks.stateId(symbol));
    }

    // --- closing

    private void begin() {
        if (made.size() >= keptMax || table.size() >= 4 * keptMax) {
            made.clear();
            table.clear();
        }
        seen.clear();
        openCount = 0;
        readyCount = 0;
        ended = false;
    }

    private Configuration closed() {
        while (openCount > 0) {
            openCount--;
            expand(openStates[openCount], openCounts[openCount], openTails[openCount]);
        }
        return configuration(table.of(readySymbols, readyTails, readyCount, ended));
    }

    private Configuration configuration(Stacks stacks) {
        Configuration known = made.get(stacks);
        if (known == null) {
            known = new Configuration(stacks, live(stacks));
            made.put(stacks, known);
        }
        return known;
    }

    private ByteSet live(Stacks stacks) {
        ByteSet live = ByteSet.NONE;
        for (int i = 0; i < stacks.size(); i++) {
            live = live.or(live(Stacks.stateId(stacks.symbol(i))));
        }
        return live;
    }

    private ByteSet live(int stateId) {
        ByteSet known = liveByState[stateId];
        if (known == null) {
            known = automaton.states().get(stateId).live();
            liveByState[stateId] = known;
        }
        return known;
    }

    /** Looks at a state later, unless it was looked at or leads deeper than rules may nest. */
    private void open(State state, int count, Stacks tail) {
        work.done(1);
        if (state.isDead() || tail.depthMax() + state.neededDepth() > depthMax) {
            return;
        }
        boolean simple = state.epsilons().isEmpty() && state.calls().isEmpty() && !state.isAccepting();
        long symbol = Stacks.symbol(state, count);
        if (simple) {
            ready(symbol, tail);
        } else if (seen.add(new Place(symbol, tail))) {
            if (openCount == openStates.length) {
                openStates = Arrays.copyOf(openStates, 2 * openCount);
                openCounts = Arrays.copyOf(openCounts, 2 * openCount);
                openTails = Arrays.copyOf(openTails, 2 * openCount);
            }
            openStates[openCount] = state;
            openCounts[openCount] = count;
            openTails[openCount++] = tail;
        }
    }

    private void expand(State state, int count, Stacks tail) {
        if (!state.bytes().isEmpty()) {
            ready(Stacks.symbol(state, count), tail);
        }
        for (State to : state.epsilons()) {
            open(to, count, tail);
        }
        for (State.CallEdge edge : state.calls()) {
            if (edge.rule().min() == 0) {
                open(edge.to(), count, tail);
            }
            enter(edge.rule(), edge.to().onlyEnds() ? tail : table.push(Stacks.symbol(edge.to(), count), tail));
        }
        if (state.isAccepting()) {
            ended(state.rule(), count + 1, tail);
        }
    }

    private void enter(Rule rule, Stacks tail) {
        open(rule.start(), 0, tail);
    }

    /** A rule's body has been said once more. */
    private void ended(Rule rule, int count, Stacks tail) {
        if (count < rule.max()) {
            if (rule.isCounted()) {
                open(rule.start(), rule.clamped(count), tail);
            }
        }
        if (count >= rule.min()) {
            pop(tail);
        }
    }

    private void pop(Stacks tail) {
        ended |= tail.withEmpty();
        for (int i = 0; i < tail.size(); i++) {
            long symbol = tail.symbol(i);
            open(state(symbol), Stacks.count(symbol), tail.tail(i));
        }
    }

    private void ready(long symbol, Stacks tail) {
        if (readyCount == readySymbols.length) {
            readySymbols = Arrays.copyOf(readySymbols, 2 * readyCount);
            readyTails = Arrays.copyOf(readyTails, 2 * readyCount);
        }
        readySymbols[readyCount] = symbol;
        readyTails[readyCount++] = tail;
    }
}
