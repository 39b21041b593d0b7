package dev.weir.control.cache;

import java.time.Duration;
import java.util.Optional;
import reactor.core.publisher.Mono;

/** Where answers are kept. */
public interface AnswerStore {

    /**
     * What is known under a key.
     *
     * @param epoch of the key's tenant when it was asked; an answer that is kept with it is forgotten if the tenant's answers were in
     *     the meantime
     */
    record Found(Optional<CachedAnswer> answer, long epoch) {}

    Mono<Found> find(CacheKey key);

    /** Keeps the answer for a time, unless the tenant is in another epoch by now. */
    Mono<Void> keep(CacheKey key, CachedAnswer answer, Duration ttl, long epoch);

    /** Forgets everything that the tenant has, also what is on its way. */
    Mono<Void> purge(String tenant);
}
