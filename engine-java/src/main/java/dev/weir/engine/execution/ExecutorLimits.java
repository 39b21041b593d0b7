package dev.weir.engine.execution;

/**
 * What an executor was made for; a plan keeps within it.
 *
 * @param vocabSize rows of the LM head
 * @param contextTokensMax longest sequence, prompt and output together
 * @param blockCount KV blocks in the pool
 * @param blockTokens tokens in a block
 * @param stepTokensMax tokens of one step over all sequences
 * @param stepSequencesMax sequences of one step
 * @param topLogprobsMax most alternatives that a sample may ask for
 */
public record ExecutorLimits(
        int vocabSize,
        int contextTokensMax,
        int blockCount,
        int blockTokens,
        int stepTokensMax,
        int stepSequencesMax,
        int topLogprobsMax) {}
