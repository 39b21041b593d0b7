package dev.weir.control.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.control.ingress.IdempotencyStore.Held.Claimed;
import dev.weir.control.ingress.IdempotencyStore.Held.Told;
import dev.weir.control.ingress.IdempotencyStore.Held.UnderWay;
import dev.weir.control.storage.Redis;
import dev.weir.control.storage.RedisScript;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * What all replicas were asked and told, in the Redis that they share. A name that is claimed is held by a lease that its replica renews: if it
 * dies in the middle, the same request may come again when the lease is over.
 */
final class RedisIdempotency implements IdempotencyStore {
    private static final RedisScript CLAIM = RedisScript.ofResource(RedisIdempotency.class, "claim.lua");
    private static final RedisScript REPLACE = RedisScript.ofResource(RedisIdempotency.class, "replace.lua");

    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration RENEW_EVERY = LEASE.dividedBy(3);
    private static final String UNDER_WAY = "under-way";
    private static final String TOLD = "told";
    private static final int PARTS = 4;

    private final Redis redis;
    private final Duration keptFor;
    private final Scheduler timer;
    private final String replica = UUID.randomUUID().toString();

    RedisIdempotency(Redis redis, Duration keptFor, Scheduler timer) {
        this.redis = redis;
        this.keptFor = keptFor;
        this.timer = timer;
        List.of(CLAIM, REPLACE).forEach(redis::load);
    }

    @Override
    public Mono<Held> claim(Name name, String fingerprint) {
        return redis.run(CLAIM, List.of(key(name)), List.of(claimed(fingerprint), millis(LEASE)))
                .map(found -> read(found.getFirst().toString()));
    }

    private static Held read(String text) {
        if (text.isEmpty()) {
            return new Claimed();
        }
        String[] parts = text.split(" ", PARTS);
        return parts[0].equals(TOLD)
                ? new Told(parts[1], decoded(parts[2]), Base64.getDecoder().decode(parts[3]))
                : new UnderWay(parts[1]);
    }

    @Override
    public Mono<Void> hold(Name name, String fingerprint) {
        return Flux.interval(RENEW_EVERY, timer)
                .onBackpressureDrop()
                .concatMap(_ ->
                        replace(name, fingerprint, claimed(fingerprint), LEASE).onErrorComplete())
                .then();
    }

    @Override
    public Mono<Void> keep(Name name, Told told) {
        Base64.Encoder text = Base64.getEncoder();
        return replace(
                name,
                told.fingerprint(),
                String.join(
                        " ",
                        TOLD,
                        told.fingerprint(),
                        text.encodeToString(told.contentType().getBytes(UTF_8)),
                        text.encodeToString(told.bytes())),
                keptFor);
    }

    @Override
    public Mono<Void> release(Name name, String fingerprint) {
        return replace(name, fingerprint, "", Duration.ZERO);
    }

    private Mono<Void> replace(Name name, String fingerprint, String value, Duration ttl) {
        return redis.run(REPLACE, List.of(key(name)), List.of(claimed(fingerprint), value, millis(ttl)))
                .then();
    }

    private String claimed(String fingerprint) {
        return String.join(" ", UNDER_WAY, fingerprint, replica);
    }

    private static String key(Name name) {
        return "{weir-idempotency-" + name.tenant() + "}:" + name.key();
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }

    private static String decoded(String text) {
        return new String(Base64.getDecoder().decode(text), UTF_8);
    }
}
