package dev.weir.control.ingress;

import dev.weir.control.fleet.Assignment.Assigned;
import dev.weir.control.fleet.Assignment.NoneReady;
import dev.weir.control.fleet.Assignment.UnknownModel;
import dev.weir.control.fleet.EngineLease;
import dev.weir.control.fleet.EnginePrice;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.upstream.Destination;
import dev.weir.control.upstream.Destinations;
import dev.weir.control.upstream.UpstreamFailure;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/** The engines that have a model, the best first; the fleet hears what becomes of a request at each. */
final class EngineDestinations implements Destinations {
    private final Fleet fleet;
    private final String model;
    private final EnginePrice price;

    EngineDestinations(Fleet fleet, String model, EnginePrice price) {
        this.fleet = fleet;
        this.model = model;
        this.price = price;
    }

    @Override
    public Destination next(Set<URI> avoided) {
        return switch (fleet.assign(model, engine -> !avoided.contains(engine.url()), price)) {
            case Assigned(var lease) -> new LeasedEngine(fleet, lease);
            case UnknownModel(var known) -> throw new Refusal(OpenAiError.unknownModel(model, known));
            case NoneReady(var reason) -> throw new Refusal(OpenAiError.noEngineReady(reason));
        };
    }

    private record LeasedEngine(Fleet fleet, EngineLease lease) implements Destination {
        @Override
        public URI url() {
            return lease.engine().url();
        }

        @Override
        public void answered(Duration after) {
            lease.answered(after);
        }

        @Override
        public void failed(UpstreamFailure failure) {
            switch (failure.kind()) {
                case UNREACHABLE -> {
                    lease.failed();
                    fleet.unreachable(lease.engine());
                }
                case FIRST_BYTE_TIMEOUT, BROKEN_OFF, SILENT, NOT_RESUMED -> lease.failed();
                // These are about us, or about the client.
                case CONNECTIONS_EXHAUSTED, TOTAL_TIMEOUT, CLIENT_STALLED -> {}
            }
        }

        @Override
        public void close() {
            lease.close();
        }
    }
}
