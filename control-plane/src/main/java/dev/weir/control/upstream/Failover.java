package dev.weir.control.upstream;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.upstream.AnswerPart.Head;
import dev.weir.control.upstream.AnswerPart.Piece;
import dev.weir.control.upstream.UpstreamFailure.Kind;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Gets a request answered, by whichever engine can.
 *
 * <p>Until a client has seen the first piece of an answer, a failure that is the engine's and not the request's is nobody's business but
 * ours: another engine is asked. After that only a stream that can be resumed goes on: with the ids of the tokens that the client has been
 * told, another engine tells the rest of the very same answer, because the same tokens with the same seed give the same rest wherever they
 * are computed. The number of engines one request may meet is limited, since it may be the request that kills them.
 */
public final class Failover {
    private static final Logger log = LoggerFactory.getLogger(Failover.class);
    private static final int REFUSAL_BYTES_MAX = 1 << 16;

    private final EngineClient client;
    private final UpstreamConfig limits;
    private final Scheduler timer;
    private final DoubleSupplier jitter;

    /**
     * The way to engines.
     *
     * @param jitter between 0 and 1: requests that failed together are not to come back together
     */
    public Failover(EngineClient client, UpstreamConfig limits, Scheduler timer, DoubleSupplier jitter) {
        this.client = client;
        this.limits = limits;
        this.timer = timer;
        this.jitter = jitter;
    }

    /**
     * Sends the request on and hands the answer's head and content to {@code relay}, once. It is over when the relay is; it fails with
     * {@link UpstreamFailure} where engines are at fault, with what {@code destinations} throws, and with the relay's own failure.
     */
    public Mono<Void> exchange(
            CompletionRequest request,
            Destinations destinations,
            Function<EngineAnswer, ? extends Publisher<Void>> relay) {
        return Mono.defer(() -> {
            FlowGuard guard = new FlowGuard(limits, timer);
            Passage passage = new Passage(request, destinations);
            return passage.answer()
                    .switchOnFirst((first, parts) -> first.get() instanceof Head head
                            ? Flux.from(relay.apply(new EngineAnswer(
                                    passage.from(),
                                    head.status(),
                                    head.headers(),
                                    guard.watchReader(parts.skip(1).map(Passage::bytes)))))
                            : parts.thenMany(Flux.<Void>empty()))
                    .then()
                    .transform(guard::watchExchange);
        });
    }

    /** One request's way, over however many engines. Its parts follow each other, so nothing here is shared. */
    private final class Passage {
        private final CompletionRequest request;
        private final Destinations destinations;
        private @Nullable URI from;
        private @Nullable Throwable lastFailure;
        private boolean begun;
        private int failureCount;
        private long brokenAtMillis;

        Passage(CompletionRequest request, Destinations destinations) {
            this.request = request;
            this.destinations = destinations;
        }

        URI from() {
            if (from == null) {
                throw new IllegalStateException("nobody was asked yet");
            }
            return from;
        }

        static byte[] bytes(AnswerPart part) {
            return switch (part) {
                case Piece(var bytes) -> bytes;
                case Head _ -> throw new IllegalStateException("an answer has one head");
            };
        }

        Flux<AnswerPart> answer() {
            return answer(Set.of());
        }

        /** The answer of the best engine but the avoided; of the next one, where it fails before anybody has seen anything of it. */
        private Flux<AnswerPart> answer(Set<URI> avoided) {
            return Flux.defer(() -> {
                Destination destination;
                try {
                    destination = destinations.next(avoided);
                } catch (RuntimeException nobody) {
                    return lastFailure == null ? Flux.error(nobody) : lastWord(lastFailure);
                }
                from = destination.url();
                return ask(destination, null)
                        .switchOnFirst((first, parts) -> first.get() instanceof Head head
                                ? begin(head, parts.skip(1).map(Passage::bytes), destination)
                                : parts)
                        .onErrorResume(failure -> mayAskAnother(failure), failure -> {
                            lastFailure = failure;
                            Set<URI> tried = plus(avoided, destination.url());
                            return pause().thenMany(answer(tried));
                        });
            });
        }

        /** One exchange with one engine, which hears how it went. */
        private Flux<AnswerPart> ask(Destination destination, @Nullable ToldTokens told) {
            return Flux.using(
                    () -> destination,
                    engine -> {
                        long askedNanos = timer.now(TimeUnit.NANOSECONDS);
                        return client.open(engine.url(), request, told)
                                .doOnNext(part -> {
                                    if (part instanceof Head head && isHealthy(head)) {
                                        engine.answered(Duration.ofNanos(timer.now(TimeUnit.NANOSECONDS) - askedNanos));
                                    }
                                })
                                .doOnError(UpstreamFailure.class, engine::failed);
                    },
                    Destination::close);
        }

        private Flux<AnswerPart> begin(Head head, Flux<byte[]> content, Destination destination) {
            if (isAnothersToAnswer(head.status())) {
                if (isBroken(head.status())) {
                    destination.failed(new UpstreamFailure(Kind.BROKEN_OFF, "it answered " + head.status()));
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
                                destination.url(),
                                failure.getMessage());
                        return goOn(told, Set.of(destination.url()), (UpstreamFailure) failure);
                    });
        }

        /** An engine that takes up nothing costs time only; one that fails in the middle may have been killed by the request. */
        private boolean mayGoOn(Throwable failure) {
            if (!(failure instanceof UpstreamFailure broken)) {
                return false;
            }
            return switch (broken.kind()) {
                case UNREACHABLE, CONNECTIONS_EXHAUSTED, NOT_RESUMED -> isWaitWorthwhile();
                case BROKEN_OFF, SILENT, FIRST_BYTE_TIMEOUT -> {
                    brokenAtMillis = timer.now(TimeUnit.MILLISECONDS);
                    yield ++failureCount <= limits.failuresMax();
                }
                case TOTAL_TIMEOUT, CLIENT_STALLED -> false;
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
                        .map(Passage::bytes);
                return resumable(rest, told, destination);
            }));
        }

        private static Flux<AnswerPart> rest(Head head, Flux<AnswerPart> parts) {
            Flux<AnswerPart> content = parts.skip(1);
            if (!head.ticket().isEmpty()) {
                return content;
            }
            Kind kind = isAnothersToAnswer(head.status()) ? Kind.NOT_RESUMED : Kind.BROKEN_OFF;
            return content.ignoreElements()
                    .thenMany(Flux.error(new UpstreamFailure(
                            kind, "it answered " + head.status() + " instead of going on with a stream")));
        }

        private boolean mayAskAnother(Throwable failure) {
            boolean enginesFault = failure instanceof Refused
                    || (failure instanceof UpstreamFailure broken && broken.kind() != Kind.CLIENT_STALLED);
            return enginesFault && !begun && ++failureCount <= limits.failuresMax();
        }

        /** Where nobody else can be asked: what the engine itself said, or how it failed. */
        private Flux<AnswerPart> lastWord(Throwable failure) {
            return failure instanceof Refused refused
                    ? Flux.just(refused.head, new Piece(refused.body))
                    : Flux.error(failure);
        }

        private Mono<Long> pause() {
            long millis = (long) (limits.retryPauseMax().toMillis() * jitter.getAsDouble());
            return Mono.delay(Duration.ofMillis(millis), timer);
        }
    }

    private static boolean isHealthy(Head head) {
        return head.status() < 500;
    }

    private static boolean isBroken(int status) {
        return status == 500 || status == 502 || status == 504;
    }

    /** Overloaded, not ready, or broken: another engine may not be. Everything else would be said by any. */
    private static boolean isAnothersToAnswer(int status) {
        return status == 429 || status == 503 || isBroken(status);
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
