package dev.weir.engine;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How large a model's KV cache is made, and how long its sequences may then be.
 *
 * @param blockCount blocks in the pool
 * @param contextTokensMax longest sequence
 */
record KvCacheSize(int blockCount, int contextTokensMax) {

    /** Tokens in a block: small enough to waste little at a sequence's end, large enough to keep tables short. */
    static final int BLOCK_TOKENS = 16;

    /** Share of available memory that all models' caches take together at most, where nobody says. */
    static final double MEMORY_SHARE_MAX = 0.25;

    /**
     * What is asked for, or enough for every sequence at full length within the share of memory.
     *
     * @param blockBytes that one block takes
     * @param availableBytes of memory, for this model
     * @throws IllegalArgumentException where what was asked for does not fit together
     */
    static KvCacheSize choose(
            OptionalLong askedBytes,
            OptionalInt askedContextTokens,
            int modelContextTokens,
            int sequencesMax,
            long blockBytes,
            long availableBytes) {
        if (askedBytes.orElse(0) > availableBytes) {
            throw new IllegalArgumentException("a KV cache of " + Quantities.bytes(askedBytes.getAsLong())
                    + " is more than the " + Quantities.bytes(availableBytes)
                    + " of memory that this model may take: lower --kv-cache-bytes");
        }
        int wantedContext = Math.min(askedContextTokens.orElse(modelContextTokens), modelContextTokens);
        long wantedBlocks = (long) sequencesMax * Math.ceilDiv(wantedContext, BLOCK_TOKENS);
        long affordableBlocks = (long) (availableBytes * MEMORY_SHARE_MAX) / blockBytes;
        long blocks =
                askedBytes.isPresent() ? askedBytes.getAsLong() / blockBytes : Math.min(wantedBlocks, affordableBlocks);
        int blockCount = (int) Math.min(blocks, Integer.MAX_VALUE / BLOCK_TOKENS);
        if (blockCount < 1) {
            throw new IllegalArgumentException("a KV cache of "
                    + askedBytes.orElse((long) (availableBytes * MEMORY_SHARE_MAX))
                    + " bytes does not hold one block of " + blockBytes + " bytes: give it more with --kv-cache-bytes");
        }
        int context = Math.min(wantedContext, blockCount * BLOCK_TOKENS);
        if (askedContextTokens.isPresent() && context < wantedContext) {
            throw new IllegalArgumentException("a context of " + wantedContext + " tokens needs "
                    + Math.ceilDiv(wantedContext, BLOCK_TOKENS) * blockBytes + " bytes of KV cache, there are "
                    + blockCount * blockBytes + ": lower --max-model-len or raise --kv-cache-bytes");
        }
        return new KvCacheSize(blockCount, context);
    }
}
