package dev.weir.engine.sampling.constraint.automaton;

import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The bytes of a vocabulary's tokens as a tree, laid out flat in the order in which it is walked: a node's children follow it, and its
 * {@link #end} is where the walk goes on when it turns away. Immutable.
 */
final class TokenTrie {

    /** Longer tokens are never allowed; no vocabulary has one that a text needs. */
    private static final int TOKEN_BYTES_MAX = 1_024;

    private final int tokenCount;
    private final ByteSet spellable;
    private final int depthMax;
    private final int nodeCount;
    private final byte[] values;
    private final short[] depths;
    private final int[] ends;
    /** The tokens that end in node {@code n} are {@code tokens[tokenOffsets[n]]} up to {@code tokens[tokenOffsets[n + 1]]}, exclusive. */
    private final int[] tokenOffsets;

    private final int[] tokens;
    private final int[] nodesByFirstByte = new int[256];

    private TokenTrie(Layout layout, int tokenCount, ByteSet spellable, int[] tokens) {
        this.tokenCount = tokenCount;
        this.spellable = spellable;
        this.tokens = tokens;
        depthMax = layout.depthMax;
        nodeCount = layout.nodeCount;
        values = Arrays.copyOf(layout.values, nodeCount);
        depths = Arrays.copyOf(layout.depths, nodeCount);
        ends = Arrays.copyOf(layout.ends, nodeCount);
        tokenOffsets = Arrays.copyOf(layout.tokenOffsets, nodeCount + 1);
        for (int node = 0; node < nodeCount; node = ends[node]) {
            nodesByFirstByte[value(node)] = ends[node] - node;
        }
    }

    /**
     * The tree of a vocabulary.
     *
     * @param tokenCount ids below it exist
     * @param tokenBytes what an id stands for; empty for one that is no text and so is never allowed
     */
    static TokenTrie of(int tokenCount, IntFunction<byte[]> tokenBytes) {
        byte[][] bytes = new byte[tokenCount][];
        Arrays.setAll(bytes, tokenBytes);
        int[] tokens = IntStream.range(0, tokenCount)
                .filter(id -> bytes[id].length > 0 && bytes[id].length <= TOKEN_BYTES_MAX)
                .boxed()
                .sorted((a, b) -> Arrays.compareUnsigned(bytes[a], bytes[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        Layout layout = new Layout();
        ByteSet spellable = ByteSet.NONE;
        for (int i = 0; i < tokens.length; i++) {
            byte[] token = bytes[tokens[i]];
            layout.add(token, i);
            if (token.length == 1) {
                spellable = spellable.or(ByteSet.of(token[0] & 0xFF));
            }
        }
        layout.finish(tokens.length);
        return new TokenTrie(layout, tokenCount, spellable, tokens);
    }

    /** Ids below this one exist. */
    int tokenCount() {
        return tokenCount;
    }

    /** Bytes that are tokens by themselves: any text of them can be written. */
    ByteSet spellable() {
        return spellable;
    }

    /** Bytes of the longest token. */
    int depthMax() {
        return depthMax;
    }

    int nodeCount() {
        return nodeCount;
    }

    /** Nodes of the tokens that begin with one of these bytes: what walking them may cost. */
    int nodesBelow(ByteSet firstBytes) {
        int nodes = 0;
        for (int value = 0; value < nodesByFirstByte.length; value++) {
            nodes += firstBytes.contains(value) ? nodesByFirstByte[value] : 0;
        }
        return nodes;
    }

    /** The last byte of a node's path, 0 to 255. */
    int value(int node) {
        return values[node] & 0xFF;
    }

    /** Bytes of a node's path. */
    int depth(int node) {
        return depths[node];
    }

    /** The node after the last below this one. */
    int end(int node) {
        return ends[node];
    }

    int tokenOffset(int node) {
        return tokenOffsets[node];
    }

    int token(int offset) {
        return tokens[offset];
    }

    /** Lays out tokens that come in order. */
    private static final class Layout {
        private byte[] values = new byte[1024];
        private short[] depths = new short[1024];
        private int[] ends = new int[1024];
        private int[] tokenOffsets = new int[1025];
        private int nodeCount;
        private int depthMax;
        private final int[] path = new int[TOKEN_BYTES_MAX];
        private int depth;

        private void add(byte[] token, int tokenOffset) {
            int common = 0;
            while (common < Math.min(depth, token.length) && values[path[common]] == token[common]) {
                common++;
            }
            close(common);
            while (depth < token.length) {
                grow();
                path[depth] = nodeCount;
                values[nodeCount] = token[depth++];
                depths[nodeCount] = (short) depth;
                tokenOffsets[nodeCount++] = tokenOffset;
            }
            depthMax = Math.max(depthMax, depth);
        }

        private void grow() {
            if (nodeCount == values.length) {
                values = Arrays.copyOf(values, 2 * nodeCount);
                depths = Arrays.copyOf(depths, 2 * nodeCount);
                ends = Arrays.copyOf(ends, 2 * nodeCount);
                tokenOffsets = Arrays.copyOf(tokenOffsets, 2 * nodeCount + 1);
            }
        }

        private void close(int toDepth) {
            while (depth > toDepth) {
                ends[path[--depth]] = nodeCount;
            }
        }

        private void finish(int tokenCount) {
            close(0);
            tokenOffsets[nodeCount] = tokenCount;
        }
    }
}
