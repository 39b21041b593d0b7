package dev.weir.engine.sampling.constraint.automaton;

import dev.weir.engine.request.Constraint;
import dev.weir.engine.sampling.constraint.ConstraintException;
import dev.weir.engine.sampling.constraint.ConstraintLimits;
import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Grammar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A grammar over a vocabulary. Any number of texts are written with it, each with a {@link Matcher}. Safe for use from any thread: what was
 * found out about configurations is behind one lock, which a model's engine thread has to itself nearly always.
 */
public final class CompiledGrammar implements Constraint {

    /** What stands for equal bodies of rules: one object, so that comparing states does not compare bodies. */
    private record SharedBody(Expression body) {}

    /**
     * A state of a rule that means the same in every grammar.
     *
     * @param needed how often the body must still be said after this time, as far as one token can tell
     * @param remaining how often it may
     * @param follow bytes that may come after the rule
     */
    private record SharedState(SharedBody body, int index, int needed, int remaining, ByteSet follow) {
        @Override
        @SuppressWarnings("ReferenceEquality") // there is one object for each body
        public boolean equals(@Nullable Object other) {
            return other instanceof SharedState that
                    && body == that.body
                    && index == that.index
                    && needed == that.needed
                    && remaining == that.remaining
                    && follow.equals(that.follow);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * (31 * System.identityHashCode(body) + index) + needed) + remaining;
        }
    }

    /** A state of this grammar. */
    private record OwnState(CompiledGrammar grammar, long symbol) {}

    /** Masks that take so many nodes of the vocabulary's tree to find are computed ahead: a millisecond is some 100,000. */
    private static final int HEAVY_NODES = 4_096;

    private static final int MASKS_AHEAD_MAX = 256;

    private final VocabularyIndex vocabulary;
    private final Automaton automaton;
    private final Work work;
    private final Configurations configurations;
    private final TokenMasks masks;
    private final Map<Rule, SharedBody> sharedBodies = new HashMap<>();
    /** Deeper than this, a token could reach the limit. */
    private final int exactDepth;

    private CompiledGrammar(Automaton automaton, VocabularyIndex vocabulary, ConstraintLimits limits) {
        this.vocabulary = vocabulary;
        this.automaton = automaton;
        work = new Work(
                limits.tokenWorkMax(),
                "the constraint is too ambiguous: one token took more than " + limits.tokenWorkMax()
                        + " steps (tokenWorkMax); let fewer alternatives begin alike");
        configurations = new Configurations(automaton, limits, work);
        masks = new TokenMasks(vocabulary.trie(), configurations);
        exactDepth = limits.depthMax()
                - Math.min(limits.depthMax(), vocabulary.trie().depthMax() * automaton.chainMax());
    }

    /**
     * Compiles a grammar.
     *
     * @throws ConstraintException where it exceeds a limit or cannot be satisfied
     */
    public static CompiledGrammar compile(Grammar grammar, VocabularyIndex vocabulary, ConstraintLimits limits) {
        Automaton automaton = AutomatonBuilder.build(grammar, vocabulary.trie().spellable(), limits);
        CompiledGrammar compiled = new CompiledGrammar(automaton, vocabulary, limits);
        if (compiled.begin().isComplete()) {
            throw new ConstraintException("only the empty text satisfies the constraint, and an answer has a token");
        }
        compiled.warmUp();
        return compiled;
    }

    /** Does ahead, on the compiling thread, what would hold up the engine's. */
    private synchronized void warmUp() {
        Set<Object> ahead = new HashSet<>();
        for (State state : automaton.states()) {
            if (vocabulary.trie().nodesBelow(state.live()) < HEAVY_NODES) {
                continue;
            }
            int counts = state.rule().isCounted() ? Math.max(state.rule().countsMax(), 1) : 1;
            for (int count = 0; count < counts && ahead.size() < MASKS_AHEAD_MAX; count++) {
                long symbol = Stacks.symbol(state, count);
                if (ahead.add(key(symbol))) {
                    work.begin();
                    local(symbol);
                }
            }
        }
        mask(start());
    }

    /** States of the automaton: what it weighs. */
    public int stateCount() {
        return automaton.states().size();
    }

    @Override
    public Matcher begin() {
        return new Matcher(this, start());
    }

    byte[] tokenBytes(int tokenId) {
        return vocabulary.tokenBytes(tokenId);
    }

    boolean isEnd(int tokenId) {
        return vocabulary.endTokenIds().contains(tokenId);
    }

    private synchronized Configuration start() {
        work.begin();
        return configurations.start();
    }

    /** Where a token leads; dead where it is not allowed. */
    synchronized Configuration advance(Configuration from, byte[] token) {
        work.begin();
        Configuration at = from;
        for (byte value : token) {
            at = configurations.next(at, value & 0xFF);
        }
        return at;
    }

    /** The tokens that can follow, a bit for each. Shared: never to be written. */
    synchronized long[] mask(Configuration at) {
        Object known = vocabulary.wholeMasks().get(at);
        if (known != null) {
            return (long[]) known;
        }
        work.begin();
        long[] bits = new long[masks.wordCount()];
        if (at.stacks().depthMax() > exactDepth) {
            masks.addAll(at, bits); // a token may reach the depth limit, of which a state alone knows nothing
        } else {
            compose(at.stacks(), bits);
        }
        if (at.mayEnd()) {
            vocabulary.endTokenIds().forEach(id -> bits[id >> 6] |= 1L << id);
        }
        vocabulary.wholeMasks().put(at, bits, 8L * bits.length);
        return bits;
    }

    private void compose(Stacks stacks, long[] bits) {
        for (int i = 0; i < stacks.size(); i++) {
            LocalMask local = local(stacks.symbol(i));
            local.addTo(bits);
            if (local.exits().length > 0) {
                masks.addExits(local.exits(), configurations.popped(stacks.tail(i)), bits);
            }
        }
    }

    private LocalMask local(long symbol) {
        Object key = key(symbol);
        Object known = vocabulary.stateMasks().get(key);
        if (known != null) {
            return (LocalMask) known;
        }
        LocalMask made = masks.local(symbol);
        vocabulary.stateMasks().put(key, made, made.sizeBytes());
        return made;
    }

    /** States with equal keys say the same of every token. */
    private Object key(long symbol) {
        State state = configurations.state(symbol);
        Rule rule = state.rule();
        if (!rule.callsNothing()) {
            return new OwnState(this, symbol);
        }
        int said = Stacks.count(symbol) + 1;
        int reach = vocabulary.trie().depthMax(); // a body has a byte at least, so no token says it more often
        return new SharedState(
                sharedBody(rule),
                state.index(),
                Math.clamp(rule.min() - said, 0, reach + 1),
                Math.clamp(rule.max() - said, 0, reach + 1),
                rule.follow());
    }

    private SharedBody sharedBody(Rule rule) {
        SharedBody known = sharedBodies.get(rule);
        if (known == null) {
            SharedBody key = new SharedBody(rule.body());
            known = (SharedBody) vocabulary.stateMasks().get(key);
            if (known == null) {
                known = key;
                vocabulary.stateMasks().put(key, key, 0);
            }
            sharedBodies.put(rule, known);
        }
        return known;
    }
}
