package dev.weir.control.cache;

import dev.weir.control.storage.Redis;
import dev.weir.control.storage.RedisScript;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Mono;

/**
 * Answers in the Redis that replicas share. How many there may be is for Redis to limit ({@code maxmemory} and its policy); here each has
 * its time and its size. A tenant's epoch is part of what is kept, so that one write makes all of a tenant's answers old.
 */
final class RedisAnswers implements AnswerStore {
    private static final RedisScript FIND = RedisScript.ofResource(RedisAnswers.class, "find.lua");
    private static final RedisScript KEEP = RedisScript.ofResource(RedisAnswers.class, "keep.lua");
    private static final RedisScript PURGE = RedisScript.ofResource(RedisAnswers.class, "purge.lua");

    private final Redis redis;

    RedisAnswers(Redis redis) {
        this.redis = redis;
        List.of(FIND, KEEP, PURGE).forEach(redis::load);
    }

    @Override
    public Mono<Found> find(CacheKey key) {
        return redis.run(FIND, keys(key), List.of()).map(found -> {
            String text = found.get(1).toString();
            return new Found(
                    text.isEmpty() ? Optional.empty() : Optional.of(CachedAnswer.ofText(text)),
                    Long.parseLong(found.getFirst().toString()));
        });
    }

    @Override
    public Mono<Void> keep(CacheKey key, CachedAnswer answer, Duration ttl, long epoch) {
        return redis.run(KEEP, keys(key), List.of(Long.toString(epoch), Long.toString(ttl.toMillis()), answer.text()))
                .then();
    }

    @Override
    public Mono<Void> purge(String tenant) {
        return redis.run(PURGE, List.of(epochKey(tenant)), List.of()).then();
    }

    /** In one hash slot for each tenant, because a script may touch only one. */
    private static List<String> keys(CacheKey key) {
        return List.of(epochKey(key.tenant()), "{weir-cache-" + key.tenant() + "}:answer:" + key.digest());
    }

    private static String epochKey(String tenant) {
        return "{weir-cache-" + tenant + "}:epoch";
    }
}
