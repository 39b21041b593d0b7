package dev.weir.engine.request;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a running request tells its caller, in order: of a resumed one {@link Told}, {@link PromptScored} where that was asked for, then any
 * number of {@link Token}, or of an embedding one {@link Pooled}, then exactly one {@link Finished}.
 */
public sealed interface TokenEvent {

    /**
     * How likely the prompt was.
     *
     * @param logprobs of each prompt token but the first, which nothing comes before
     */
    record PromptScored(List<TokenLogprobs> logprobs) implements TokenEvent {
        public PromptScored {
            logprobs = List.copyOf(logprobs);
        }
    }

    /**
     * One generated token.
     *
     * @param tokenId the id, also where it gave no text
     * @param text the text that became certain with this token: complete characters only, nothing that may yet turn out to be part of a
     *     stop string; often empty
     * @param logprobs of this token, where asked for
     */
    record Token(int tokenId, String text, @Nullable TokenLogprobs logprobs) implements TokenEvent {}

    /** What was told before, as it was told then: whoever follows the answer follows this, and tells nobody. */
    record Told(List<Token> tokens) implements TokenEvent {
        public Told {
            tokens = List.copyOf(tokens);
        }
    }

    /** What a sequence's hidden states were pooled to, as long as the model's are; not normalised. The receiver's own. */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Pooled(float[] vector) implements TokenEvent {}

    /**
     * The end.
     *
     * @param text what was held back and belongs to the answer
     * @param cachedTokens of the prompt: those that somebody had computed before
     * @param stopString the stop string that was met, if one was
     * @param errorMessage what went wrong: always with {@link FinishReason#ERROR} and {@link FinishReason#OUT_OF_MEMORY}, and with {@link FinishReason#CANCELLED} where the
     *     engine, not the consumer, ended it
     * @param times what the sequence's time went into
     */
    record Finished(
            FinishReason reason,
            String text,
            int promptTokens,
            int cachedTokens,
            int outputTokens,
            @Nullable String stopString,
            @Nullable String errorMessage,
            Times times)
            implements TokenEvent {}

    /**
     * What a sequence's time went into. What it never reached took nothing.
     *
     * @param queueNanos from its submission to its first step
     * @param prefillNanos from there to its first token, or to its end where it has none
     * @param decodeNanos from there to its last token
     */
    record Times(long queueNanos, long prefillNanos, long decodeNanos) {
        public static final Times NONE = new Times(0, 0, 0);
    }

    /**
     * Log-probabilities (natural logarithm, of the distribution after rules and form, before temperature).
     *
     * @param logprob of the chosen token
     * @param top the most likely tokens, descending
     */
    record TokenLogprobs(float logprob, List<TopToken> top) {
        public TokenLogprobs {
            top = List.copyOf(top);
        }
    }

    /** One alternative. */
    record TopToken(int tokenId, float logprob) {}
}
