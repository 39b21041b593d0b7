package dev.weir.control.completion;

import java.util.OptionalLong;

/**
 * What a request can take at most, as far as it says.
 *
 * @param inputBytes of the request: at least as many as its tokens
 * @param outputTokensMax of one answer, if the request has a limit
 * @param answerCount that it asks for
 */
public record Demand(long inputBytes, OptionalLong outputTokensMax, int answerCount) {
    /** Of ordinary text. */
    private static final int BYTES_PER_TOKEN_LIKELY = 4;

    /**
     * Every token has at least one byte. With half of the bytes, a request takes at most twice what was reserved for its input, whatever it
     * consists of, and ordinary text takes half of it.
     */
    private static final int BYTES_PER_TOKEN_RESERVED = 2;

    public Demand {
        if (inputBytes < 0 || answerCount < 1 || outputTokensMax.orElse(0) < 0) {
            throw new IllegalArgumentException(
                    "a demand is at least nothing: " + inputBytes + ", " + outputTokensMax + ", " + answerCount);
        }
    }

    public long inputTokensReserved() {
        return Math.ceilDiv(inputBytes, BYTES_PER_TOKEN_RESERVED);
    }

    public long inputTokensLikely() {
        return Math.ceilDiv(inputBytes, BYTES_PER_TOKEN_LIKELY);
    }
}
