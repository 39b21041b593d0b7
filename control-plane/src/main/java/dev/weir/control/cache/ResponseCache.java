package dev.weir.control.cache;

import dev.weir.control.cache.AnswerStore.Found;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Usage;
import dev.weir.control.storage.Redis;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Knows answers that were given before. Where its store cannot be reached, nothing is known and nothing is kept: engines can answer
 * everything.
 */
public final class ResponseCache {
    private static final Logger log = LoggerFactory.getLogger(ResponseCache.class);

    private final Supplier<CacheRules> rules;
    private final AnswerStore store;
    private final int answerBytesMax;
    private final InstantSource clock;

    /**
     * A cache.
     *
     * @param rules as they are now
     * @param redis shared by all replicas; absent where answers are kept in this process
     */
    public ResponseCache(Supplier<CacheRules> rules, @Nullable Redis redis, CacheConfig config, InstantSource clock) {
        this.rules = rules;
        this.store = redis == null ? new InProcessAnswers(config, clock) : new RedisAnswers(redis);
        this.answerBytesMax = Math.toIntExact(config.answerSizeMax().toBytes());
        this.clock = clock;
    }

    /** What a caller says about its own request. */
    public enum Wish {
        /** Whatever the rules say. */
        ANY,
        /** Nothing that was known before; what comes is kept. */
        FRESH,
        /** Neither. */
        UNKEPT
    }

    /** What is known about the request. */
    public Mono<Lookup> look(CompletionRequest request, Wish wish) {
        Optional<CacheRules.Exact> rule =
                rules.get().of(request.share().tenant(), request.model()).flatMap(CacheRules.Rule::exact);
        if (rule.isEmpty()) {
            return Mono.just(new Lookup.Off());
        }
        if (wish == Wish.UNKEPT) {
            return Mono.just(new Lookup.Bypass("the caller wants nothing kept"));
        }
        Optional<Question> question = Question.of(request);
        if (question.isEmpty()) {
            return Mono.just(new Lookup.Off());
        }
        if (!question.get().isSettled(rule.get().temperatureMax())) {
            return Mono.just(new Lookup.Bypass("with this temperature and no seed every answer is another"));
        }
        CacheKey key = question.get().key();
        return store.find(key)
                .map(found -> lookup(found, key, wish, rule.get()))
                .onErrorResume(failure -> {
                    log.warn("the cache cannot be asked: {}", failure.getMessage());
                    return Mono.just(new Lookup.Bypass("the cache cannot be asked"));
                });
    }

    private Lookup lookup(Found found, CacheKey key, Wish wish, CacheRules.Exact rule) {
        if (wish == Wish.FRESH) {
            return new Lookup.Miss("the caller wants a fresh answer", recording(key, rule.ttl(), found.epoch()));
        }
        return found.answer()
                .<Lookup>map(answer -> new Lookup.Hit(
                        HitKind.EXACT,
                        "the same request, answered "
                                + Duration.between(answer.at(), clock.instant()).toSeconds() + " s ago",
                        answer))
                .orElseGet(() -> new Lookup.Miss("not asked before", recording(key, rule.ttl(), found.epoch())));
    }

    private Recording recording(CacheKey key, Duration ttl, long epoch) {
        return new Recording(
                answerBytesMax, (contentType, bytes, usage) -> keep(key, contentType, bytes, usage, ttl, epoch));
    }

    /** Nobody waits for it. */
    private void keep(CacheKey key, String contentType, byte[] bytes, Usage usage, Duration ttl, long epoch) {
        if (AnswerReader.read(contentType, bytes).isPresent()) {
            store.keep(key, new CachedAnswer(contentType, bytes, usage, clock.instant()), ttl, epoch)
                    .subscribe(_ -> {}, failure -> log.warn("an answer is not kept: {}", failure.getMessage()));
        }
    }

    /** Forgets everything that the tenant has, on all replicas that share a store. */
    public Mono<Void> purge(String tenant) {
        return store.purge(tenant);
    }
}
