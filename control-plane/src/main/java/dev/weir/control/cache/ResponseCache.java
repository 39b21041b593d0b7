package dev.weir.control.cache;

import dev.weir.control.cache.Likeness.Asked;
import dev.weir.control.cache.Likeness.Unsafe;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Usage;
import dev.weir.control.embedding.SentenceEncoder;
import dev.weir.control.storage.EventLoops;
import dev.weir.control.storage.Redis;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.DoubleSupplier;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Knows answers that were given before. Where its store cannot be reached, nothing is known and nothing is kept: engines can answer
 * everything.
 */
public final class ResponseCache implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ResponseCache.class);

    private final LongFunction<CacheRules> rules;
    private final AnswerStore store;
    private final EventLoops loops;
    private final int answerBytesMax;
    private final InstantSource clock;
    private final @Nullable SemanticCache alike;

    /**
     * A cache.
     *
     * @param rules by the number of the configuration
     * @param redis shared by all replicas; absent where answers are kept in this process
     * @param encoder absent where no meanings can be compared
     * @param chance between 0 and 1
     * @param self a name of this replica's own
     */
    public ResponseCache(
            LongFunction<CacheRules> rules,
            @Nullable Redis redis,
            EventLoops loops,
            @Nullable SentenceEncoder encoder,
            CacheConfig config,
            InstantSource clock,
            DoubleSupplier chance,
            String self,
            Scheduler timer) {
        this.rules = rules;
        this.store = redis == null ? new InProcessAnswers(config, clock) : new RedisAnswers(redis);
        this.loops = loops;
        this.answerBytesMax = Math.toIntExact(config.answerSizeMax().toBytes());
        this.clock = clock;
        AlikeNews news = redis == null || encoder == null
                ? AlikeNews.NONE
                : new RedisAlikeNews(
                        redis,
                        self,
                        encoder.fingerprint(),
                        config.semanticEntriesMax(),
                        encoder.waits() ? Schedulers.boundedElastic() : timer);
        this.alike = encoder == null ? null : new SemanticCache(encoder, config, clock, chance, self, news);
    }

    @Override
    public void close() {
        if (alike != null) {
            alike.close();
        }
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

    /**
     * What is known about the request.
     *
     * @param takenOut names what is taken out of its answers, since they are kept as they go out: by another rule than today's they are
     *     others; empty where nothing is
     */
    public Mono<Lookup> look(CompletionRequest request, Wish wish, String takenOut) {
        Optional<CacheRules.Rule> rule = rules.apply(request.configuration())
                .of(request.share().tenant(), request.model())
                .filter(fitting ->
                        fitting.exact().isPresent() || fitting.semantic().isPresent());
        if (rule.isEmpty()) {
            return Mono.just(new Lookup.Off());
        }
        if (wish == Wish.UNKEPT) {
            return Mono.just(new Lookup.Bypass("the caller wants nothing kept"));
        }
        return Question.of(request, takenOut)
                .map(question -> lookExactly(question, rule.get(), wish)
                        .flatMap(exactly -> exactly instanceof Lookup.Hit || wish == Wish.FRESH
                                ? Mono.just(exactly)
                                : lookAlike(request, question, rule.get(), exactly)))
                .orElseGet(() -> Mono.just(new Lookup.Off()));
    }

    private Mono<Lookup> lookExactly(Question question, CacheRules.Rule rule, Wish wish) {
        if (rule.exact().isEmpty()) {
            return Mono.just(new Lookup.Bypass("only answers to the like are known"));
        }
        CacheRules.Exact exact = rule.exact().get();
        if (!question.isSettled(exact.temperatureMax())) {
            return Mono.just(new Lookup.Bypass("with this temperature and no seed every answer is another"));
        }
        CacheKey key = question.key();
        return store.find(key)
                .map(found -> exactly(found, key, wish, exact.ttl()))
                .onErrorResume(failure -> {
                    log.warn("the cache cannot be asked: {}", failure.getMessage());
                    return Mono.just(new Lookup.Bypass("the cache cannot be asked"));
                });
    }

    private Lookup exactly(AnswerStore.Found found, CacheKey key, Wish wish, Duration ttl) {
        Recording recording = new Recording(
                answerBytesMax,
                (contentType, bytes, usage) -> keep(key, contentType, bytes, usage, ttl, found.epoch()));
        if (wish == Wish.FRESH) {
            return new Lookup.Miss("the caller wants a fresh answer", recording);
        }
        return found.answer()
                .<Lookup>map(answer -> new Lookup.Hit(
                        HitKind.EXACT,
                        "the same request, answered " + ageSeconds(answer) + " s ago",
                        answer,
                        Recording.NONE))
                .orElseGet(() -> new Lookup.Miss("not asked before", recording));
    }

    private Mono<Lookup> lookAlike(CompletionRequest request, Question question, CacheRules.Rule rule, Lookup exactly) {
        if (rule.semantic().isEmpty()) {
            return Mono.just(exactly);
        }
        if (alike == null) {
            return Mono.just(because(exactly, "there is no sentence encoder"));
        }
        String tenant = request.share().tenant();
        return switch (question.likeness(rule.semantic().get())) {
            case Unsafe(var reason) -> Mono.just(because(exactly, reason));
            case Asked asked ->
                where(
                                alike,
                                () -> alike(
                                        exactly,
                                        alike,
                                        alike.find(
                                                tenant, asked, rule.semantic().get())))
                        .onErrorResume(UncheckedIOException.class, failure -> {
                            log.warn("meanings cannot be compared: {}", failure.getMessage());
                            return Mono.just(because(exactly, "the sentence encoder cannot be asked"));
                        });
        };
    }

    /** Where waiting is allowed, if it may have to wait, and back. */
    private Mono<Lookup> where(SemanticCache alike, Callable<Lookup> work) {
        Mono<Lookup> looked = Mono.fromCallable(work);
        return alike.waits() ? loops.back(looked.subscribeOn(Schedulers.boundedElastic())) : looked;
    }

    private Lookup alike(Lookup exactly, SemanticCache semantic, SemanticCache.Found found) {
        if (found.known().isPresent()) {
            SemanticCache.Known known = found.known().get();
            Recording check = known.check()
                    .map(note -> semantic.recording(answerBytesMax, note))
                    .orElse(Recording.NONE);
            return new Lookup.Hit(
                    HitKind.SEMANTIC,
                    found.reason() + ", answered " + ageSeconds(known.answer()) + " s ago",
                    known.answer(),
                    check);
        }
        Recording recording = semantic.recording(answerBytesMax, found.onAnswer());
        return exactly instanceof Lookup.Miss(var _, var exact)
                ? new Lookup.Miss(found.reason(), exact.and(recording))
                : new Lookup.Miss(found.reason(), recording);
    }

    private static Lookup because(Lookup exactly, String reason) {
        return switch (exactly) {
            case Lookup.Miss(var _, var recording) -> new Lookup.Miss("not asked before; " + reason, recording);
            case Lookup.Bypass(var first) -> new Lookup.Bypass(first + "; " + reason);
            case Lookup.Hit _, Lookup.Off _ -> exactly;
        };
    }

    private long ageSeconds(CachedAnswer answer) {
        return Duration.between(answer.at(), clock.instant()).toSeconds();
    }

    /** Nobody waits for it. */
    private void keep(CacheKey key, String contentType, byte[] bytes, Usage usage, Duration ttl, long epoch) {
        if (AnswerReader.read(contentType, bytes).isPresent()) {
            store.keep(key, new CachedAnswer(contentType, bytes, usage, clock.instant()), ttl, epoch)
                    .subscribe(_ -> {}, failure -> log.warn("an answer is not kept: {}", failure.getMessage()));
        }
    }

    /** Forgets everything that the tenant has, on all replicas that share a Redis. */
    public Mono<Void> purge(String tenant) {
        return store.purge(tenant).doOnSuccess(_ -> {
            if (alike != null) {
                alike.purge(tenant);
            }
        });
    }

    /**
     * What is known of how well meanings are compared for a tenant.
     *
     * @param explored requests that an engine was asked because it was not sure, and how many of them would have been right
     * @param checked answers that were given and asked an engine for afterwards, and how many of them were wrong
     */
    public record Comparisons(
            String tenant, long hits, long explored, long exploredRight, long checked, long checkedWrong) {}

    /** By tenant, since this replica started or the tenant was purged. */
    public List<Comparisons> comparisons() {
        return alike == null
                ? List.of()
                : alike.tallies().entrySet().stream()
                        .map(tenant -> comparisons(tenant.getKey(), tenant.getValue()))
                        .sorted((one, other) -> one.tenant().compareTo(other.tenant()))
                        .toList();
    }

    private static Comparisons comparisons(String tenant, SemanticCache.Tally tally) {
        return new Comparisons(
                tenant,
                tally.hits.sum(),
                tally.explored.sum(),
                tally.exploredRight.sum(),
                tally.checked.sum(),
                tally.checkedWrong.sum());
    }
}
