package dev.weir.engine.ffi;

/**
 * What a session is asked to do at most; its memory is taken when it is made.
 *
 * @param blockCount KV blocks in the pool
 * @param hostBlockCount places in the machine's memory for blocks that are away from the pool
 * @param blockTokens tokens in a block
 * @param stepTokensMax tokens of one step over all sequences
 * @param stepSequencesMax sequences of one step
 * @param stepSamplesMax sampled rows of one step
 * @param topLogprobsMax most alternatives that a row may ask for
 * @param threadCount worker threads with the caller's; 0: one for each physical core
 * @param isa an {@code ISA_} number of {@link Abi}
 * @param device a {@code DEVICE_} number of {@link Abi}
 * @param batchVariant results may depend on what else is in a step; only on a device
 * @param logits keep the logits of every sampled row, for tests and diagnosis
 */
record SessionConfig(
        int blockCount,
        int hostBlockCount,
        int blockTokens,
        int stepTokensMax,
        int stepSequencesMax,
        int stepSamplesMax,
        int topLogprobsMax,
        int threadCount,
        int isa,
        int device,
        boolean batchVariant,
        boolean logits) {

    /** Of one whose blocks stay where they are, and whose results depend on nothing else in a step. */
    SessionConfig(
            int blockCount,
            int blockTokens,
            int stepTokensMax,
            int stepSequencesMax,
            int stepSamplesMax,
            int topLogprobsMax,
            int threadCount,
            int isa,
            int device,
            boolean logits) {
        this(
                blockCount,
                0,
                blockTokens,
                stepTokensMax,
                stepSequencesMax,
                stepSamplesMax,
                topLogprobsMax,
                threadCount,
                isa,
                device,
                false,
                logits);
    }
}
