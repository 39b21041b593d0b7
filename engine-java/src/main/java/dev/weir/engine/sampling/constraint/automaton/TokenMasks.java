package dev.weir.engine.sampling.constraint.automaton;

import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import java.util.Arrays;

/** Walks a vocabulary's tree together with an automaton's configurations. Not safe for several threads. */
final class TokenMasks {

    private final TokenTrie trie;
    private final Configurations configurations;
    private final Configuration[] path;
    /** Where tokens leave a rule that could end within them: nodes with the first byte after it. */
    private int[] exits = new int[64];

    private int exitCount;
    /** Which bytes may come after the rule that is looked at; none where nobody asks for exits. */
    private ByteSet follow = ByteSet.NONE;

    TokenMasks(TokenTrie trie, Configurations configurations) {
        this.trie = trie;
        this.configurations = configurations;
        path = new Configuration[trie.depthMax() + 1];
    }

    int wordCount() {
        return (trie.tokenCount() + 63) / 64;
    }

    /** Sets the bits of all tokens that can follow {@code from}. */
    void addAll(Configuration from, long[] bits) {
        follow = ByteSet.NONE;
        walk(from, 0, trie.nodeCount(), 0, bits);
    }

    /** What the state on top of a stack decides by itself. */
    LocalMask local(long symbol) {
        long[] bits = new long[wordCount()];
        exitCount = 0;
        follow = configurations.state(symbol).rule().follow();
        walk(configurations.alone(symbol), 0, trie.nodeCount(), 0, bits);
        return LocalMask.of(bits, Arrays.copyOf(exits, exitCount));
    }

    /** Sets the bits of tokens that begin within a rule and go on after it, as far as {@code after} allows. */
    void addExits(int[] exits, Configuration after, long[] bits) {
        follow = ByteSet.NONE;
        for (int node : exits) {
            if (after.live().contains(trie.value(node))) {
                walk(after, node, trie.end(node), trie.depth(node) - 1, bits);
            }
        }
    }

    private void walk(Configuration from, int first, int end, int baseDepth, long[] bits) {
        path[baseDepth] = from;
        int node = first;
        while (node < end) {
            int depth = trie.depth(node);
            Configuration here = configurations.next(path[depth - 1], trie.value(node));
            if (here.isDead()) {
                node = trie.end(node);
                continue;
            }
            for (int i = trie.tokenOffset(node); i < trie.tokenOffset(node + 1); i++) {
                int token = trie.token(i);
                bits[token >> 6] |= 1L << token;
            }
            if (here.mayEnd() && !follow.isEmpty()) {
                noteExits(node);
            }
            if (here.canGoOn()) {
                path[depth] = here;
                node++;
            } else {
                node = trie.end(node);
            }
        }
    }

    private void noteExits(int node) {
        for (int child = node + 1; child < trie.end(node); child = trie.end(child)) {
            if (follow.contains(trie.value(child))) {
                if (exitCount == exits.length) {
                    exits = Arrays.copyOf(exits, 2 * exitCount);
                }
                exits[exitCount++] = child;
            }
        }
    }
}
