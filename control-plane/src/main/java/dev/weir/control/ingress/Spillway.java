package dev.weir.control.ingress;

import dev.weir.control.accounting.ModelPrice;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Usage;
import dev.weir.control.fleet.BreakerLimits;
import dev.weir.control.fleet.CircuitBreaker;
import dev.weir.control.identity.Caller;
import dev.weir.control.ingress.OverflowPolicy.Outlet;
import dev.weir.control.ingress.OverflowPolicy.StandIn;
import dev.weir.control.quota.Amounts;
import dev.weir.control.quota.Quota;
import dev.weir.control.quota.Reservation;
import dev.weir.control.quota.Verdict.Granted;
import dev.weir.control.upstream.Destination;
import dev.weir.control.upstream.Peer;
import dev.weir.control.upstream.ProviderClient;
import dev.weir.control.upstream.Untranslatable;
import dev.weir.control.upstream.UpstreamFailure;
import dev.weir.control.upstream.UpstreamFailure.Kind;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Lets what there is no room for spill over to providers outside: only for tenants whose data may leave, only as far as budgets reach, and
 * only what a provider can answer as an engine would.
 */
public final class Spillway {
    private static final Logger log = LoggerFactory.getLogger(Spillway.class);
    private static final double NANOS_PER_DOLLAR = 1e9;

    private final LongFunction<OverflowPolicy> policies;
    private final CostCeiling ceiling;
    private final Quota quota;
    private final BreakerLimits breakerLimits;
    private final LongSupplier ticker;
    private final MeterRegistry meters;
    /** One for each provider that there ever was. */
    private final Map<String, CircuitBreaker> breakers = new ConcurrentHashMap<>();

    public Spillway(
            LongFunction<OverflowPolicy> policies,
            CostCeiling ceiling,
            Quota quota,
            BreakerLimits breakerLimits,
            LongSupplier ticker,
            MeterRegistry meters) {
        this.policies = policies;
        this.ceiling = ceiling;
        this.quota = quota;
        this.breakerLimits = breakerLimits;
        this.ticker = ticker;
        this.meters = meters;
    }

    /** The first provider that takes the request now; empty where none may, can, or has budget left. */
    Mono<Destination> outside(Caller caller, CompletionRequest request, ModelPrice inside, Set<URI> tried) {
        if (!request.endpoint().isConversation()) {
            return Mono.empty();
        }
        return Flux.fromIterable(policy(request).outlets(caller.tenant(), request.model()))
                .filter(outlet -> !tried.contains(outlet.provider().url()))
                .concatMap(outlet -> outside(caller, request, inside, outlet), 1)
                .next();
    }

    /** Whether a provider has failed so often of late that it is not asked now. */
    public boolean isLeftAlone(String provider) {
        CircuitBreaker breaker = breakers.get(provider);
        return breaker != null && !breaker.letsThrough();
    }

    /** What a token of an answer costs that came from there; empty where it came from an engine. */
    Optional<ModelPrice> priceOf(String from, CompletionRequest request) {
        return policy(request).outlets().stream()
                .filter(outlet -> outlet.provider().ledgerName().equals(from))
                .flatMap(outlet -> Optional.ofNullable(outlet.models().get(request.model())).stream())
                .map(StandIn::price)
                .findFirst();
    }

    private OverflowPolicy policy(CompletionRequest request) {
        return policies.apply(request.configuration());
    }

    private Mono<Destination> outside(Caller caller, CompletionRequest request, ModelPrice inside, Outlet outlet) {
        String provider = outlet.provider().name();
        StandIn model = outlet.models().get(request.model());
        CircuitBreaker breaker = breakers.computeIfAbsent(provider, _ -> new CircuitBreaker(breakerLimits, ticker));
        if (model == null || !breaker.letsThrough()) {
            count(provider, "left_alone");
            return Mono.empty();
        }
        if (model.price().dearest() / NANOS_PER_DOLLAR > ceiling.of(request)) {
            count(provider, "too_dear");
            return Mono.empty();
        }
        Peer.Outside peer;
        try {
            peer = ProviderClient.translated(request, outlet.provider(), model.name(), model.outputTokensUnsaid());
        } catch (Untranslatable cannot) {
            log.info("request {} does not overflow to {}: {}", request.id(), provider, cannot.getMessage());
            count(provider, "untranslatable");
            return Mono.empty();
        }
        return reserved(caller, request, inside, outlet, model, peer, breaker);
    }

    private Mono<Destination> reserved(
            Caller caller,
            CompletionRequest request,
            ModelPrice inside,
            Outlet outlet,
            StandIn model,
            Peer.Outside peer,
            CircuitBreaker breaker) {
        return Mono.defer(() -> {
            Reservation reservation = quota.reserveOutside(
                    caller,
                    request,
                    inside,
                    model.price(),
                    model.outputTokensUnsaid(),
                    peer.name(),
                    outlet.budgetNanosPerDay());
            AtomicBoolean handedOver = new AtomicBoolean();
            return reservation
                    .verdict()
                    .<Destination>handle((verdict, sink) -> {
                        if (verdict instanceof Granted) {
                            handedOver.set(true);
                            sink.next(new OutsideDestination(request, peer, model.price(), reservation, breaker));
                        } else {
                            count(outlet.provider().name(), "over_budget");
                        }
                    })
                    .doFinally(_ -> {
                        if (!handedOver.get()) {
                            reservation.settle(Amounts.nothing());
                        }
                    });
        });
    }

    private void count(String provider, String outcome) {
        meters.counter("weir.overflow", "provider", provider, "outcome", outcome)
                .increment();
    }

    /** A provider with the request. It keeps its own account of what the answer takes: who reads it may leave before it ends. */
    private final class OutsideDestination implements Destination {
        private final CompletionRequest request;
        private final Peer.Outside peer;
        private final ModelPrice price;
        private final Reservation reservation;
        private final CircuitBreaker breaker;
        private final UsageScanner usage = new UsageScanner();
        private final AtomicBoolean judged = new AtomicBoolean();
        private final AtomicBoolean closed = new AtomicBoolean();
        private final AtomicLong pieceCount = new AtomicLong();
        private volatile boolean begun;

        OutsideDestination(
                CompletionRequest request,
                Peer.Outside peer,
                ModelPrice price,
                Reservation reservation,
                CircuitBreaker breaker) {
            this.request = request;
            this.peer = peer;
            this.price = price;
            this.reservation = reservation;
            this.breaker = breaker;
            breaker.begin();
        }

        @Override
        public Peer peer() {
            return peer;
        }

        @Override
        public void answered(Duration after) {
            begun = true;
            if (judged.compareAndSet(false, true)) {
                breaker.succeeded();
                count(peer.provider().name(), "answered");
            }
        }

        @Override
        public void passed(byte[] piece) {
            usage.scan(piece, 0, piece.length);
            pieceCount.incrementAndGet();
        }

        @Override
        public void failed(UpstreamFailure failure) {
            if (failure.kind() == Kind.PROVIDER_REFUSED) {
                count(peer.provider().name(), "refused"); // and closing it tells the breaker that it ended otherwise
                return;
            }
            judged.set(true);
            breaker.failed();
            count(peer.provider().name(), "failed");
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                if (judged.compareAndSet(false, true)) {
                    breaker.endedOtherwise();
                }
                reservation.settle(begun ? spent() : Amounts.nothing());
            }
        }

        private Amounts spent() {
            Usage took =
                    usage.found().orElseGet(() -> new Usage(request.demand().inputTokensLikely(), 0, pieceCount.get()));
            return Amounts.spent(took, price.costNanos(took));
        }
    }
}
