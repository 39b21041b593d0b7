package dev.weir.engine;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How large a model's KV cache is made, and how long its sequences may then be.
 *
 * @param blockCount blocks in the pool
 * @param hostBlockCount places in the machine's memory for blocks that are away from the pool
 * @param contextTokensMax longest sequence
 */
record KvCacheSize(int blockCount, int hostBlockCount, int contextTokensMax) {

    /** Tokens in a block: small enough to waste little at a sequence's end, large enough to keep tables short. */
    static final int BLOCK_TOKENS = 16;

    /** Share of free memory that a model's cache takes at most, where nobody says. */
    static final double MEMORY_SHARE_MAX = 0.25;

    /** The same of a device's memory, which nothing else wants. */
    static final double DEVICE_SHARE_MAX = 0.9;

    /** One whose blocks stay where they are. */
    KvCacheSize(int blockCount, int contextTokensMax) {
        this(blockCount, 0, contextTokensMax);
    }

    /** Places that so many bytes are enough for. */
    static int hostBlocks(long hostBytesMax, long blockBytes) {
        return (int) Math.min(hostBytesMax / blockBytes, Integer.MAX_VALUE / BLOCK_TOKENS);
    }

    /**
     * What is asked for; else enough for every sequence at full length within the share of memory, and in any case for one. Whether it
     * fits is for others to say, who know what else takes memory.
     *
     * @param blockBytes that one block takes
     * @param affordableBytes that it may take where nobody says
     * @throws IllegalArgumentException where what was asked for does not fit together
     */
    static KvCacheSize choose(
            OptionalLong askedBytes,
            OptionalInt askedContextTokens,
            int modelContextTokens,
            int sequencesMax,
            long blockBytes,
            long affordableBytes) {
        int wantedContext = Math.min(askedContextTokens.orElse(modelContextTokens), modelContextTokens);
        int sequenceBlocks = Math.ceilDiv(wantedContext, BLOCK_TOKENS);
        long affordableBlocks = affordableBytes / blockBytes;
        long blocks = askedBytes.isPresent()
                ? askedBytes.getAsLong() / blockBytes
                : Math.max(
                        askedContextTokens.isPresent() ? sequenceBlocks : 1,
                        Math.min((long) sequencesMax * sequenceBlocks, affordableBlocks));
        int blockCount = (int) Math.min(blocks, Integer.MAX_VALUE / BLOCK_TOKENS);
        if (blockCount < 1) {
            throw new IllegalArgumentException("a KV cache of " + askedBytes.orElseThrow()
                    + " bytes does not hold one block of " + blockBytes + " bytes: give it more with --kv-cache-bytes");
        }
        int context = Math.min(wantedContext, blockCount * BLOCK_TOKENS);
        if (askedContextTokens.isPresent() && context < wantedContext) {
            throw new IllegalArgumentException("a context of " + wantedContext + " tokens needs "
                    + sequenceBlocks * blockBytes + " bytes of KV cache, there are " + blockCount * blockBytes
                    + ": lower --max-model-len or raise --kv-cache-bytes");
        }
        return new KvCacheSize(blockCount, context);
    }
}
