package dev.weir.bench.load;

/** What became of a call. Times are the timeline's. */
public sealed interface Answer {
    /** When the call was over. */
    long endNanos();

    /**
     * A complete answer.
     *
     * @param sentNanos when the request was handed to the network
     * @param pieces when each chunk with text came; at least one
     * @param endNanos when the stream was over
     */
    record Completed(long sentNanos, Stamps pieces, long endNanos, TokenUsage usage, String text) implements Answer {
        public Completed {
            if (pieces.count() == 0) {
                throw new IllegalArgumentException("a complete answer has a piece of text");
            }
        }
    }

    /** No answer, or none that is complete. */
    record Failed(FailureKind kind, String detail, long endNanos) implements Answer {}
}
