package dev.weir.models.training;

import dev.weir.models.domain.Mixture;

/**
 * What is practised when. Copying has to be learnt before anything can be looked up, and is learnt many times faster from exercises that
 * consist of nothing else.
 *
 * @param first what the first chunks of the stream are drawn from
 * @param firstChunks how many chunks those are
 * @param then what the rest is drawn from
 */
public record Curriculum(Mixture first, long firstChunks, Mixture then) {
    Mixture at(long chunk) {
        return chunk < firstChunks ? first : then;
    }
}
