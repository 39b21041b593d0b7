package dev.weir.engine.http;

/**
 * How the caller wants the answer written.
 *
 * @param stream as server-sent events
 * @param includeUsage end a stream with a chunk of token counts
 * @param continuousUsage token counts in every chunk
 * @param returnTokenIds the ids of prompt and answer beside the text
 * @param tokensAsIds spell tokens in log-probabilities as {@code token_id:N}
 * @param logprobCount as in {@code SamplingParams}
 */
record AnswerOptions(
        boolean stream,
        boolean includeUsage,
        boolean continuousUsage,
        boolean returnTokenIds,
        boolean tokensAsIds,
        int logprobCount) {

    boolean wantsLogprobs() {
        return logprobCount >= 0;
    }
}
