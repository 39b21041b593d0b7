package dev.weir.engine.request;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One sequence to continue, or to embed. A wire request with {@code n > 1} becomes n of these.
 *
 * @param id unique among the live requests of a model; stands in logs and metrics
 * @param promptTokenIds what is there already, at least one token; owned by the request from here on, nobody changes it
 * @param sampling how to draw
 * @param stop when to end
 * @param adapterId the LoRA adapter to compute with, {@value #NO_ADAPTER} for the model as it is. Each load of an adapter gets an id that
 *     was never used before, so whatever is kept by it cannot outlive what it was computed with
 * @param pooling {@link Pooling#NONE} to continue the prompt; else nothing is sampled and the answer is one vector
 * @param terms how it is treated beside others
 * @param constraint the form that the answer must have; null for none
 * @param specialTokensShown whether special tokens are part of the answer's text, as their vocabulary spells them
 * @param toldTokens how many of the last prompt tokens are the answer's own first ones, which somebody has told already: the answer goes on
 *     behind them as if it had told them itself
 * @param promptLogprobCount of the prompt's own tokens, as {@link SamplingParams#logprobCount} is of the answer's
 */
@SuppressWarnings("ArrayRecordComponent") // a prompt of 100,000 ids is not boxed, nor copied for each station
public record GenerationRequest(
        String id,
        int[] promptTokenIds,
        SamplingParams sampling,
        StopConditions stop,
        long adapterId,
        Pooling pooling,
        ServiceTerms terms,
        @Nullable Constraint constraint,
        boolean specialTokensShown,
        int toldTokens,
        int promptLogprobCount) {

    public static final long NO_ADAPTER = 0;

    public GenerationRequest {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("id must not be empty");
        }
        if (promptTokenIds.length == 0) {
            throw new IllegalArgumentException("the prompt must have at least one token");
        }
        if (toldTokens < 0 || toldTokens >= promptTokenIds.length || (toldTokens > 0 && pooling != Pooling.NONE)) {
            throw new IllegalArgumentException("toldTokens must be of an answer and follow a prompt: " + toldTokens);
        }
        if (promptLogprobCount < SamplingParams.NO_LOGPROBS || promptLogprobCount > SamplingParams.LOGPROB_COUNT_MAX) {
            throw new IllegalArgumentException("promptLogprobCount must be in [-1, " + SamplingParams.LOGPROB_COUNT_MAX
                    + "]: " + promptLogprobCount);
        }
    }

    /** One whose answer may have any form. */
    public GenerationRequest(
            String id,
            int[] promptTokenIds,
            SamplingParams sampling,
            StopConditions stop,
            long adapterId,
            Pooling pooling,
            ServiceTerms terms) {
        this(id, promptTokenIds, sampling, stop, adapterId, pooling, terms, null, false, 0, SamplingParams.NO_LOGPROBS);
    }

    /** The same, but its answer must have a form. */
    public GenerationRequest constrained(Constraint form) {
        return with(form, specialTokensShown, promptLogprobCount);
    }

    /** The same, but special tokens are text. */
    public GenerationRequest showingSpecialTokens() {
        return with(constraint, true, promptLogprobCount);
    }

    /** The same, but its prompt is scored. */
    public GenerationRequest scoringPrompt(int logprobCount) {
        return with(constraint, specialTokensShown, logprobCount);
    }

    private GenerationRequest with(@Nullable Constraint form, boolean showsSpecialTokens, int promptLogprobs) {
        return new GenerationRequest(
                id,
                promptTokenIds,
                sampling,
                stop,
                adapterId,
                pooling,
                terms,
                form,
                showsSpecialTokens,
                toldTokens,
                promptLogprobs);
    }

    /** The same, behind the first tokens of its answer, which were told already; so there is no first token to wait for. */
    public GenerationRequest resumed(int[] told) {
        int[] known = Arrays.copyOf(promptTokenIds, promptTokenIds.length + told.length);
        System.arraycopy(told, 0, known, promptTokenIds.length, told.length);
        return new GenerationRequest(
                id,
                known,
                sampling,
                stop,
                adapterId,
                pooling,
                terms.withoutDeadline(),
                constraint,
                specialTokensShown,
                told.length,
                promptLogprobCount);
    }

    /** Tokens that the answer may still have. */
    public int newTokensMax() {
        return Math.max(0, stop.outputTokensMax() - toldTokens);
    }

    /** One for the model as it is. */
    public GenerationRequest(String id, int[] promptTokenIds, SamplingParams sampling, StopConditions stop) {
        this(id, promptTokenIds, sampling, stop, NO_ADAPTER, Pooling.NONE, ServiceTerms.STANDARD);
    }

    /** One whose prompt becomes a vector, on no terms of its own. */
    public static GenerationRequest embedding(String id, int[] promptTokenIds, long adapterId, Pooling pooling) {
        return embedding(id, promptTokenIds, adapterId, pooling, ServiceTerms.STANDARD);
    }

    /** One whose prompt becomes a vector; how to draw and when to stop mean nothing to it. */
    public static GenerationRequest embedding(
            String id, int[] promptTokenIds, long adapterId, Pooling pooling, ServiceTerms terms) {
        StopConditions none = new StopConditions(1, List.of(), Set.of(), Set.of(), false);
        return new GenerationRequest(id, promptTokenIds, SamplingParams.greedy(), none, adapterId, pooling, terms);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GenerationRequest that
                && id.equals(that.id)
                && Arrays.equals(promptTokenIds, that.promptTokenIds)
                && sampling.equals(that.sampling)
                && stop.equals(that.stop)
                && adapterId == that.adapterId
                && pooling == that.pooling
                && terms.equals(that.terms)
                && Objects.equals(constraint, that.constraint)
                && specialTokensShown == that.specialTokensShown
                && toldTokens == that.toldTokens
                && promptLogprobCount == that.promptLogprobCount;
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** Never shows the prompt. */
    @Override
    public String toString() {
        return "GenerationRequest[id=" + id + ", promptTokens=" + promptTokenIds.length + ", outputTokensMax="
                + stop.outputTokensMax() + "]";
    }
}
