package dev.weir.bench.load;

/**
 * How many tokens a request had.
 *
 * @param reported whether the server said so; else the output is the number of chunks, and the prompt is unknown and 0
 */
public record TokenUsage(int promptTokens, int cachedTokens, int outputTokens, boolean reported) {
    public TokenUsage {
        if (promptTokens < 0 || cachedTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException(
                    "token counts cannot be negative: " + promptTokens + ", " + cachedTokens + ", " + outputTokens);
        }
    }

    /** For a server that does not say. */
    public static TokenUsage ofChunks(int chunkCount) {
        return new TokenUsage(0, 0, chunkCount, false);
    }
}
