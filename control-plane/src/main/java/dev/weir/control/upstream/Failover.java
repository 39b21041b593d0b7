package dev.weir.control.upstream;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.upstream.AnswerPart.Head;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.reactivestreams.Publisher;
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
 *
 * <p>Where no engine has room, and only then, a provider outside may be asked, if the request's destinations name one.
 */
public final class Failover {
    private final EngineClient engines;
    private final ProviderClient providers;
    private final UpstreamConfig limits;
    private final Scheduler timer;
    private final DoubleSupplier jitter;

    /**
     * The way to engines, and past them.
     *
     * @param jitter between 0 and 1: requests that failed together are not to come back together
     */
    public Failover(
            EngineClient engines,
            ProviderClient providers,
            UpstreamConfig limits,
            Scheduler timer,
            DoubleSupplier jitter) {
        this.engines = engines;
        this.providers = providers;
        this.limits = limits;
        this.timer = timer;
        this.jitter = jitter;
    }

    /** Hands an answer that several read to one of them, who is cut off when it reads no more of it. */
    public Mono<Void> read(EngineAnswer answer, Function<EngineAnswer, Mono<Void>> relay) {
        return Mono.defer(() -> {
            FlowGuard guard = new FlowGuard(limits, timer);
            return guard.watchExchange(relay.apply(new EngineAnswer(
                    answer.from(), answer.status(), answer.headers(), guard.watchReader(answer.content()))));
        });
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
            return new Passage(engines, providers, limits, timer, jitter, request, destinations)
                    .answer()
                    .switchOnFirst((first, parts) -> first.get() instanceof Head head
                            ? Flux.from(relay.apply(new EngineAnswer(
                                    head.from(),
                                    head.status(),
                                    head.headers(),
                                    guard.watchReader(parts.skip(1).map(AnswerPart::bytes)))))
                            : parts.thenMany(Flux.<Void>empty()))
                    .then()
                    .transform(guard::watchExchange);
        });
    }
}
