package dev.weir.engine.http;

import dev.weir.engine.request.SamplingParams;

/**
 * How the caller wants the answer written.
 *
 * @param stream as server-sent events
 * @param includeUsage end a stream with a chunk of token counts
 * @param continuousUsage token counts in every chunk
 * @param returnTokenIds the ids of prompt and answer beside the text
 * @param tokensAsIds spell tokens in log-probabilities as {@code token_id:N}
 * @param logprobCount as in {@code SamplingParams}
 * @param promptLogprobCount the same of the prompt's tokens, by themselves
 * @param echo the text, and its log-probabilities, begin with the prompt
 * @param promptOnly nothing of the answer is told
 */
record AnswerOptions(
        boolean stream,
        boolean includeUsage,
        boolean continuousUsage,
        boolean returnTokenIds,
        boolean tokensAsIds,
        int logprobCount,
        int promptLogprobCount,
        boolean echo,
        boolean promptOnly) {

    /** One of the answer alone. */
    AnswerOptions(
            boolean stream,
            boolean includeUsage,
            boolean continuousUsage,
            boolean returnTokenIds,
            boolean tokensAsIds,
            int logprobCount) {
        this(
                stream,
                includeUsage,
                continuousUsage,
                returnTokenIds,
                tokensAsIds,
                logprobCount,
                SamplingParams.NO_LOGPROBS,
                false,
                false);
    }

    /** What is to be found out about the prompt, as in {@code GenerationRequest}. */
    int scoredPromptLogprobCount() {
        return Math.max(promptLogprobCount, echo ? logprobCount : SamplingParams.NO_LOGPROBS);
    }

    boolean wantsPromptLogprobs() {
        return promptLogprobCount >= 0;
    }

    boolean wantsLogprobs() {
        return logprobCount >= 0;
    }
}
