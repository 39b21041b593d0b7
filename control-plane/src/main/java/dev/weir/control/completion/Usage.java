package dev.weir.control.completion;

/**
 * What a request took.
 *
 * @param cachedTokens how many of the input's were found computed
 */
public record Usage(long inputTokens, long cachedTokens, long outputTokens) {
    public static final Usage NONE = new Usage(0, 0, 0);

    public Usage {
        if (inputTokens < 0 || cachedTokens < 0 || outputTokens < 0 || cachedTokens > inputTokens) {
            throw new IllegalArgumentException("tokens are counted from 0, and cached ones are part of the input: "
                    + inputTokens + ", " + cachedTokens + ", " + outputTokens);
        }
    }
}
