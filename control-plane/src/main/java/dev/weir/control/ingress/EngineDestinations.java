package dev.weir.control.ingress;

import dev.weir.control.completion.EngineTimes;
import dev.weir.control.fleet.Assignment.Assigned;
import dev.weir.control.fleet.Assignment.NoneReady;
import dev.weir.control.fleet.Assignment.UnknownModel;
import dev.weir.control.fleet.EngineLease;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.routing.FirstTokenTimes;
import dev.weir.control.routing.PrefixPrices;
import dev.weir.control.upstream.Destination;
import dev.weir.control.upstream.Destinations;
import dev.weir.control.upstream.Peer;
import dev.weir.control.upstream.UpstreamFailure;
import dev.weir.control.upstream.UpstreamFailure.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** The engines that have a model, the best first; the fleet hears what becomes of a request at each. */
final class EngineDestinations implements Destinations {
    private final Fleet fleet;
    private final String model;
    private final PrefixPrices.Prompt prompt;
    private final FirstTokenTimes times;
    private final Function<Set<URI>, Mono<Destination>> outside;
    private final Heard heard;
    private final boolean stream;
    private final Optional<HedgeBudget> hedges;

    /** Hears what becomes of a request at engines, as far as it cares. */
    interface Heard {
        /** What an engine's time went into. */
        default void took(EngineTimes times) {}

        /** An engine failed it; another may not. */
        default void failed(String engine, String why) {}
    }

    /**
     * The engines.
     *
     * @param heard hears what becomes of the request
     */
    EngineDestinations(
            Fleet fleet,
            String model,
            PrefixPrices.Prompt prompt,
            FirstTokenTimes times,
            Function<Set<URI>, Mono<Destination>> outside,
            Heard heard,
            boolean stream,
            Optional<HedgeBudget> hedges) {
        this.fleet = fleet;
        this.model = model;
        this.prompt = prompt;
        this.times = times;
        this.outside = outside;
        this.heard = heard;
        this.stream = stream;
        this.hedges = hedges.filter(_ -> stream);
        this.hedges.ifPresent(HedgeBudget::requestCame);
    }

    @Override
    public Destination next(Set<URI> avoided) {
        return switch (fleet.assign(model, engine -> !avoided.contains(engine.url()), prompt)) {
            case Assigned(var lease) ->
                new LeasedEngine(fleet, lease, prompt.sentTo(lease.engine()), this::timed, heard, new AnswerEnd());
            case UnknownModel(var known) -> throw new Refusal(OpenAiError.unknownModel(model, known));
            case NoneReady(var reason) -> throw new UpstreamFailure(Kind.NONE_READY, reason);
        };
    }

    @Override
    public Optional<Duration> hedgeAfter() {
        return hedges.flatMap(_ -> times.nearlyAll(model));
    }

    @Override
    public Optional<Destination> beside(URI first) {
        if (hedges.isEmpty() || !hedges.get().spend()) {
            return Optional.empty();
        }
        try {
            return Optional.of(next(Set.of(first)));
        } catch (UpstreamFailure | Refusal _) {
            return Optional.empty();
        }
    }

    @Override
    public Mono<Destination> outside(Set<URI> tried) {
        return outside.apply(tried);
    }

    private void timed(Duration untilFirstByte) {
        times.answered(model, untilFirstByte);
        if (stream) {
            times.streamBegan(model, untilFirstByte);
        }
    }

    /**
     * An engine with the request.
     *
     * @param sent the prompt there
     */
    private record LeasedEngine(
            Fleet fleet,
            EngineLease lease,
            PrefixPrices.Prompt.Sent sent,
            Consumer<Duration> timed,
            Heard heard,
            AnswerEnd end)
            implements Destination {
        @Override
        public Peer peer() {
            return new Peer.OfOurs(lease.engine().name(), lease.engine().url());
        }

        @Override
        public void answered(Duration after) {
            sent.computed();
            timed.accept(after);
            lease.answered(after);
        }

        @Override
        public void passed(byte[] piece) {
            end.passed(piece);
        }

        @Override
        public void took(EngineTimes times) {
            heard.took(times);
        }

        @Override
        public void busy(int status) {
            sent.refused();
            heard.failed(lease.engine().name(), "it has no room, status " + status);
        }

        @Override
        public void failed(UpstreamFailure failure) {
            if (failure.kind() != Kind.CLIENT_STALLED) {
                heard.failed(lease.engine().name(), String.valueOf(failure.getMessage()));
            }
            switch (failure.kind()) {
                case UNREACHABLE -> {
                    lease.failed();
                    fleet.unreachable(lease.engine());
                }
                case FIRST_BYTE_TIMEOUT, BROKEN_OFF, SILENT, NOT_RESUMED -> lease.failed();
                // These are about us, or about the client.
                case NONE_READY,
                        CONNECTIONS_EXHAUSTED,
                        TOTAL_TIMEOUT,
                        CLIENT_STALLED,
                        PROVIDER_FAILED,
                        PROVIDER_REFUSED -> {}
            }
        }

        @Override
        public void close() {
            sent.over(end.usage());
            lease.close();
        }
    }
}
