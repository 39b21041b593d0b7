package dev.weir.control.upstream;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.upstream.AnswerPart.Head;
import dev.weir.control.upstream.AnswerPart.Piece;
import dev.weir.control.upstream.AnswerPart.Took;
import dev.weir.control.upstream.UpstreamFailure.Kind;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * One request's way, over however many engines.
 *
 * <p>Thread-safety: parts follow each other, so what changes here is changed by one at a time. Only a hedge runs beside the first attempt: it
 * has one attempt, counts nothing, and either is cancelled as soon as the other's answer has begun.
 */
final class Passage {
    private static final Logger log = LoggerFactory.getLogger(Passage.class);
    private static final int REFUSAL_BYTES_MAX = 1 << 16;

    private final EngineClient engines;
    private final ProviderClient providers;
    private final UpstreamConfig limits;
    private final Scheduler timer;
    private final DoubleSupplier jitter;
    private final CompletionRequest request;
    private final Destinations destinations;
    private volatile @Nullable URI askedFirst;
    private volatile boolean begun;
    private @Nullable Throwable lastFailure;
    private int failureCount;
    private long brokenAtMillis;

    Passage(
            EngineClient engines,
            ProviderClient providers,
            UpstreamConfig limits,
            Scheduler timer,
            DoubleSupplier jitter,
            CompletionRequest request,
            Destinations destinations) {
        this.engines = engines;
        this.providers = providers;
        this.limits = limits;
        this.timer = timer;
        this.jitter = jitter;
        this.request = request;
        this.destinations = destinations;
    }

    /** One head, then pieces. */
    Flux<AnswerPart> answer() {
        return destinations
                .hedgeAfter()
                .map(this::hedged)
                .orElseGet(() -> answer(Set.of()))
                .onErrorMap(UpstreamFailure.class, failure -> failure.atLast(request.model()));
    }

    /** The answer that begins first: of the best engine, or of another that is asked beside it when it takes long. */
    private Flux<AnswerPart> hedged(Duration after) {
        Sinks.Empty<Void> firstIsOver = Sinks.empty();
        Flux<AnswerPart> first = answer(Set.of()).doOnTerminate(firstIsOver::tryEmitEmpty);
        Flux<AnswerPart> second =
                Mono.delay(after, timer).takeUntilOther(firstIsOver.asMono()).flatMapMany(_ -> beside());
        return Flux.firstWithValue(first, second).onErrorMap(NoSuchElementException.class, Passage::ofTheFirst);
    }

    private Flux<AnswerPart> beside() {
        URI first = askedFirst;
        return first == null
                ? Flux.empty()
                : destinations.beside(first).map(this::begun).orElseGet(Flux::empty);
    }

    /** Neither attempt came to an answer: what the first one failed with counts. */
    private static Throwable ofTheFirst(NoSuchElementException neither) {
        Throwable[] failures = neither.getCause() == null
                ? neither.getSuppressed()
                : neither.getCause().getSuppressed();
        return failures.length == 0 ? neither : failures[0];
    }

    /** The answer of the best engine but the avoided; of the next one, where it fails before anybody has seen anything of it. */
    private Flux<AnswerPart> answer(Set<URI> avoided) {
        return Flux.defer(() -> {
            Destination destination;
            try {
                destination = destinations.next(avoided);
            } catch (RuntimeException nobody) {
                return nobodyElse(lastFailure == null ? nobody : lastFailure);
            }
            if (avoided.isEmpty()) {
                askedFirst = destination.peer().url();
            }
            return begun(destination).onErrorResume(this::isEnginesFault, failure -> {
                lastFailure = failure;
                Set<URI> tried = plus(avoided, destination.peer().url());
                return ++failureCount <= limits.failuresMax() ? pause().thenMany(answer(tried)) : nobodyElse(failure);
            });
        });
    }

    private Flux<AnswerPart> begun(Destination destination) {
        return ask(destination, null)
                .switchOnFirst((first, parts) -> first.get() instanceof Head head
                        ? begin(head, parts.skip(1).map(AnswerPart::bytes), destination)
                        : parts);
    }

    /** One exchange with one engine, which hears how it went. */
    private Flux<AnswerPart> ask(Destination destination, @Nullable ToldTokens told) {
        return Flux.using(
                () -> destination,
                asked -> {
                    long askedNanos = timer.now(TimeUnit.NANOSECONDS);
                    Flux<AnswerPart> parts = switch (asked.peer()) {
                        case Peer.OfOurs engine -> engines.open(engine, request, told);
                        case Peer.Outside provider -> providers.open(provider, request.stream());
                    };
                    return parts.doOnNext(part -> {
                                switch (part) {
                                    case Piece(var bytes) -> asked.passed(bytes);
                                    case Head head
                                    when head.isHealthy() ->
                                        asked.answered(Duration.ofNanos(timer.now(TimeUnit.NANOSECONDS) - askedNanos));
                                    case Head _ -> {}
                                    case Took(var times) -> asked.took(times);
                                }
                            })
                            .filter(part -> !(part instanceof Took))
                            .doOnError(UpstreamFailure.class, asked::failed);
                },
                Destination::close);
    }

    private Flux<AnswerPart> begin(Head head, Flux<byte[]> content, Destination destination) {
        if (head.isAnothersToAnswer()) {
            if (head.isBroken()) {
                destination.failed(new UpstreamFailure(Kind.BROKEN_OFF, "it answered " + head.status()));
            } else {
                destination.busy(head.status());
            }
            return collect(content).flatMapMany(body -> Flux.error(new Refused(head, body)));
        }
        Flux<byte[]> whole =
                head.ticket().isEmpty() ? content : resumable(content, new ToldTokens(head.ticket()), destination);
        // The head waits for the first piece: until then the answer may still become another engine's.
        return whole.switchOnFirst((first, pieces) -> {
            if (first.isOnError()) {
                return pieces.cast(AnswerPart.class);
            }
            begun = true;
            return Flux.concat(Mono.just(head.withoutTicket()), pieces.map(Piece::new));
        });
    }

    /** The events that one engine tells, and behind them, if it fails, those that others do. */
    private Flux<byte[]> resumable(Flux<byte[]> content, ToldTokens told, Destination destination) {
        return ResumableEvents.of(content, told, limits.heldBytesMax())
                .onErrorResume(failure -> begun && mayGoOn(failure), failure -> {
                    destination.close();
                    log.info(
                            "request {} goes on elsewhere behind {} tokens: {}: {}",
                            request.id(),
                            told.count(),
                            destination.peer().name(),
                            failure.getMessage());
                    return goOn(told, Set.of(destination.peer().url()), (UpstreamFailure) failure);
                });
    }

    /** An engine that takes up nothing costs time only; one that fails in the middle may have been killed by the request. */
    private boolean mayGoOn(Throwable failure) {
        if (!(failure instanceof UpstreamFailure broken)) {
            return false;
        }
        return switch (broken.kind()) {
            case UNREACHABLE, CONNECTIONS_EXHAUSTED, NOT_RESUMED, NONE_READY -> isWaitWorthwhile();
            case BROKEN_OFF, SILENT, FIRST_BYTE_TIMEOUT -> {
                brokenAtMillis = timer.now(TimeUnit.MILLISECONDS);
                yield ++failureCount <= limits.failuresMax();
            }
            case TOTAL_TIMEOUT, CLIENT_STALLED, PROVIDER_FAILED, PROVIDER_REFUSED -> false;
        };
    }

    private boolean isWaitWorthwhile() {
        return timer.now(TimeUnit.MILLISECONDS) - brokenAtMillis
                < limits.resumeWaitMax().toMillis();
    }

    /** The rest of a stream from the best engine but the avoided; where there is none, one may come back soon. */
    private Flux<byte[]> goOn(ToldTokens told, Set<URI> avoided, UpstreamFailure why) {
        return pause().thenMany(Flux.defer(() -> {
            Destination destination;
            try {
                destination = destinations.next(avoided);
            } catch (RuntimeException nobody) {
                return isWaitWorthwhile() ? goOn(told, Set.of(), why) : Flux.error(why);
            }
            Flux<byte[]> rest = ask(destination, told)
                    .switchOnFirst((first, parts) -> first.get() instanceof Head head ? rest(head, parts) : parts)
                    .map(AnswerPart::bytes);
            return resumable(rest, told, destination);
        }));
    }

    private static Flux<AnswerPart> rest(Head head, Flux<AnswerPart> parts) {
        Flux<AnswerPart> content = parts.skip(1);
        if (!head.ticket().isEmpty()) {
            return content;
        }
        Kind kind = head.isAnothersToAnswer() ? Kind.NOT_RESUMED : Kind.BROKEN_OFF;
        Flux<AnswerPart> failure = Flux.error(
                new UpstreamFailure(kind, "it answered " + head.status() + " instead of going on with a stream"));
        // A refusal is short. What is none is a whole new answer, which is not waited for: failing cancels it.
        return head.status() == 200 ? failure : content.ignoreElements().thenMany(failure);
    }

    private boolean isEnginesFault(Throwable failure) {
        return !begun
                && (failure instanceof Refused
                        || (failure instanceof UpstreamFailure broken && broken.kind() != Kind.CLIENT_STALLED));
    }

    /** Where no other engine can be asked: somebody outside, if it is for want of room and the request may leave. */
    private Flux<AnswerPart> nobodyElse(Throwable why) {
        return isForWantOfRoom(why) ? outside(Set.of(), why) : lastWord(why);
    }

    private Flux<AnswerPart> outside(Set<URI> tried, Throwable why) {
        return destinations
                .outside(tried)
                .flatMapMany(provider -> begun(provider)
                        .onErrorResume(failure -> !begun && failure instanceof UpstreamFailure, failure -> {
                            log.warn(
                                    "request {} did not overflow to {}: {}",
                                    request.id(),
                                    provider.peer().name(),
                                    failure.getMessage());
                            return outside(plus(tried, provider.peer().url()), why);
                        }))
                .switchIfEmpty(Flux.defer(() -> lastWord(why)));
    }

    /** An engine that broke, on the other hand, may have been broken by this very request. */
    private static boolean isForWantOfRoom(Throwable why) {
        return switch (why) {
            case Refused refused -> refused.head.isBusy();
            case UpstreamFailure failure ->
                switch (failure.kind()) {
                    case NONE_READY, UNREACHABLE, CONNECTIONS_EXHAUSTED -> true;
                    case FIRST_BYTE_TIMEOUT,
                            BROKEN_OFF,
                            SILENT,
                            NOT_RESUMED,
                            TOTAL_TIMEOUT,
                            CLIENT_STALLED,
                            PROVIDER_FAILED,
                            PROVIDER_REFUSED -> false;
                };
            default -> false;
        };
    }

    /** What the engine itself said of its want of room, or how it failed: one that broke says nothing that its caller could go by. */
    private static Flux<AnswerPart> lastWord(Throwable failure) {
        if (!(failure instanceof Refused refused)) {
            return Flux.error(failure);
        }
        return refused.head.isBroken()
                ? Flux.error(BrokenAnswer.failure(refused.head.status(), refused.body))
                : Flux.just(refused.head, new Piece(refused.body));
    }

    private Mono<Long> pause() {
        long millis = (long) (limits.retryPauseMax().toMillis() * jitter.getAsDouble());
        return Mono.delay(Duration.ofMillis(millis), timer);
    }

    private static Mono<byte[]> collect(Flux<byte[]> content) {
        return content.collect(ByteArrayOutputStream::new, (all, piece) -> {
                    if (all.size() + piece.length <= REFUSAL_BYTES_MAX) {
                        all.writeBytes(piece);
                    }
                })
                .map(ByteArrayOutputStream::toByteArray);
    }

    private static Set<URI> plus(Set<URI> some, URI one) {
        Set<URI> all = new HashSet<>(some);
        all.add(one);
        return Set.copyOf(all);
    }

    /** An engine's answer that another engine may better, kept in case that none does. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Head head;
        private final byte[] body;

        private Refused(Head head, byte[] body) {
            super("status " + head.status(), null, false, false);
            this.head = head;
            this.body = body;
        }
    }
}
