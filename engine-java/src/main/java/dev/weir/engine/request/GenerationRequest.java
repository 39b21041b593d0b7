package dev.weir.engine.request;

import java.util.Arrays;

/**
 * One sequence to continue. A wire request with {@code n > 1} becomes n of these.
 *
 * @param id unique among the live requests of a model; stands in logs and metrics
 * @param promptTokenIds what is there already, at least one token; owned by the request from here on, nobody changes it
 * @param sampling how to draw
 * @param stop when to end
 */
@SuppressWarnings("ArrayRecordComponent") // a prompt of 100,000 ids is not boxed, nor copied for each station
public record GenerationRequest(String id, int[] promptTokenIds, SamplingParams sampling, StopConditions stop) {

    public GenerationRequest {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("id must not be empty");
        }
        if (promptTokenIds.length == 0) {
            throw new IllegalArgumentException("the prompt must have at least one token");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GenerationRequest that
                && id.equals(that.id)
                && Arrays.equals(promptTokenIds, that.promptTokenIds)
                && sampling.equals(that.sampling)
                && stop.equals(that.stop);
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
