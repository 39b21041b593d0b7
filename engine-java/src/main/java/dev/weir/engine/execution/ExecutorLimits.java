package dev.weir.engine.execution;

/**
 * What an executor was made for; a plan keeps within it.
 *
 * @param vocabSize rows of the LM head
 * @param contextTokensMax longest sequence, prompt and output together
 * @param blockCount KV blocks in the pool
 * @param hostBlockCount places in the machine's memory for blocks that are away from the pool
 * @param blockTokens tokens in a block
 * @param stepTokensMax tokens of one step over all sequences
 * @param stepSequencesMax sequences of one step
 * @param topLogprobsMax most alternatives that a sample may ask for
 */
public record ExecutorLimits(
        int vocabSize,
        int contextTokensMax,
        int blockCount,
        int hostBlockCount,
        int blockTokens,
        int stepTokensMax,
        int stepSequencesMax,
        int topLogprobsMax) {

    /** Of one whose blocks stay where they are. */
    public ExecutorLimits(
            int vocabSize,
            int contextTokensMax,
            int blockCount,
            int blockTokens,
            int stepTokensMax,
            int stepSequencesMax,
            int topLogprobsMax) {
        this(vocabSize, contextTokensMax, blockCount, 0, blockTokens, stepTokensMax, stepSequencesMax, topLogprobsMax);
    }

    /** The same with places in the machine's memory. */
    public ExecutorLimits withHostBlocks(int count) {
        return new ExecutorLimits(
                vocabSize,
                contextTokensMax,
                blockCount,
                count,
                blockTokens,
                stepTokensMax,
                stepSequencesMax,
                topLogprobsMax);
    }
}
