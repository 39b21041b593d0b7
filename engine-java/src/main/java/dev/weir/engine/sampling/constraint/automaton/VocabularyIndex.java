package dev.weir.engine.sampling.constraint.automaton;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.util.Set;
import java.util.function.IntFunction;

/** What all constraints on one model's output share: its tokens as a tree, and the masks that were computed. Safe for use from any thread. */
public final class VocabularyIndex {

    private static final byte[] NO_TEXT = {};

    private final IntFunction<byte[]> tokenBytes;
    private final Set<Integer> endTokenIds;
    private final TokenTrie trie;
    private final MaskCache stateMasks;
    private final MaskCache wholeMasks;

    /**
     * The index of a vocabulary.
     *
     * @param tokenCount ids below it exist; a mask has a bit for each
     * @param tokenBytes what an id stands for; empty for one that is no text
     * @param endTokenIds what the model ends an answer with; allowed where the answer may end
     * @param maskBytesMax memory for masks
     */
    public VocabularyIndex(
            int tokenCount, IntFunction<byte[]> tokenBytes, Set<Integer> endTokenIds, long maskBytesMax) {
        this.tokenBytes = id -> endTokenIds.contains(id) ? NO_TEXT : tokenBytes.apply(id);
        this.endTokenIds = endTokenIds.stream().filter(id -> id < tokenCount).collect(toUnmodifiableSet());
        trie = TokenTrie.of(tokenCount, this.tokenBytes);
        stateMasks = new MaskCache(maskBytesMax / 4 * 3);
        wholeMasks = new MaskCache(maskBytesMax / 4);
    }

    TokenTrie trie() {
        return trie;
    }

    /** By what identifies a state. There are few that many texts need, and they take long to find. */
    MaskCache stateMasks() {
        return stateMasks;
    }

    /** By configuration. There are many, and they are soon put together again. */
    MaskCache wholeMasks() {
        return wholeMasks;
    }

    /** The text of a token; empty where it is none. */
    byte[] tokenBytes(int tokenId) {
        return tokenBytes.apply(tokenId);
    }

    Set<Integer> endTokenIds() {
        return endTokenIds;
    }
}
