package dev.weir.engine.model;

import dev.weir.engine.request.SamplingParams;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the model's author proposes for requests that do not say. A null leaves the choice to the server.
 *
 * @param eosTokenIds ids that end an answer; empty where the directory names none
 * @param temperature 0 where the author turned sampling off ({@code do_sample: false})
 * @param topK 0 is off
 */
public record GenerationDefaults(
        Set<Integer> eosTokenIds,
        @Nullable Float temperature,
        @Nullable Integer topK,
        @Nullable Float topP,
        @Nullable Float minP) {

    public GenerationDefaults {
        eosTokenIds = Set.copyOf(eosTokenIds);
        var _ = new SamplingParams( // refuses what no request could ask for either
                temperature == null ? 0 : temperature,
                topK == null ? 0 : topK,
                topP == null ? 1 : topP,
                minP == null ? 0 : minP,
                0,
                SamplingParams.NO_LOGPROBS);
    }
}
