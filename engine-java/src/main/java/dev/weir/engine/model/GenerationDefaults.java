package dev.weir.engine.model;

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
    }
}
