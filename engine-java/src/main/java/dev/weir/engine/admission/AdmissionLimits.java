package dev.weir.engine.admission;

/**
 * What may come in.
 *
 * @param waitingMax requests that wait for their first step at most
 * @param vocabSize rows of the model's embedding table
 * @param contextTokensMax longest sequence, prompt and output together
 * @param blockCount KV blocks in the pool
 * @param blockTokens tokens in a block
 */
public record AdmissionLimits(int waitingMax, int vocabSize, int contextTokensMax, int blockCount, int blockTokens) {

    public static final int WAITING_MAX_DEFAULT = 1024;

    public AdmissionLimits {
        requirePositive("waitingMax", waitingMax);
        requirePositive("vocabSize", vocabSize);
        requirePositive("contextTokensMax", contextTokensMax);
        requirePositive("blockCount", blockCount);
        requirePositive("blockTokens", blockTokens);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: " + value);
        }
    }
}
