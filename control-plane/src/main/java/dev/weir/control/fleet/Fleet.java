package dev.weir.control.fleet;

import dev.weir.control.fleet.Assignment.Assigned;
import dev.weir.control.fleet.Assignment.NoneReady;
import dev.weir.control.fleet.Assignment.UnknownModel;
import dev.weir.control.fleet.EngineState.Unready;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * The engines, their state, and how many of our requests each is busy with.
 *
 * <p>Thread-safety: readers take one immutable snapshot; writers replace it whole, one at a time.
 */
public final class Fleet {
    private static final Logger log = LoggerFactory.getLogger(Fleet.class);

    private final InstantSource clock;
    private final AtomicReference<FleetSnapshot> current;
    private final Map<Engine, AtomicInteger> underWay;
    private final Sinks.Many<FleetSnapshot> changes = Sinks.many().replay().latest();

    public Fleet(List<Engine> engines, InstantSource clock) {
        this.clock = clock;
        this.current = new AtomicReference<>(new FleetSnapshot(engines.stream()
                .map(engine -> new EngineView(engine, new Unready("it was not asked yet", List.of()), clock.instant()))
                .toList()));
        this.underWay =
                engines.stream().collect(Collectors.toUnmodifiableMap(engine -> engine, _ -> new AtomicInteger()));
    }

    /** The fleet now. */
    public FleetSnapshot snapshot() {
        return current.get();
    }

    /** Every fleet that is different from the one before it, beginning with the latest. */
    public Flux<FleetSnapshot> changes() {
        return changes.asFlux();
    }

    /** How many of our requests the engine is busy with. */
    public int underWayCount(Engine engine) {
        return counter(engine).get();
    }

    /**
     * Of the ready engines that have the model the least busy one where it is ready, else one where it wakes, else any: it knows best
     * why the model cannot be asked, and by the time that it is asked it may be otherwise.
     */
    public Assignment assign(String modelId) {
        FleetSnapshot fleet = snapshot();
        Optional<EngineView> best = fleet.ready().stream()
                .filter(view -> view.has(modelId))
                .min(Comparator.comparingInt((EngineView view) -> view.distance(modelId))
                        .thenComparingInt(view -> underWayCount(view.engine())));
        if (best.isPresent()) {
            Engine engine = best.get().engine();
            return new Assigned(new EngineLease(engine, counter(engine)));
        }
        if (fleet.ready().isEmpty() || fleet.knows(modelId)) {
            return new NoneReady(whyNotReady(fleet, modelId));
        }
        return new UnknownModel(fleet.models().stream().map(ServedModel::id).toList());
    }

    /** What a request found out before the next probe would: there is nobody at this address. */
    public void unreachable(Engine engine) {
        update(engine, new Unready("it could not be reached", stateOf(engine).models()));
    }

    synchronized void update(Engine engine, EngineState state) {
        FleetSnapshot before = current.get();
        FleetSnapshot after = before.with(engine, state, clock.instant());
        if (!after.equals(before)) {
            current.set(after);
            logChange(engine, state);
            changes.tryEmitNext(after);
        }
    }

    EngineState stateOf(Engine engine) {
        return snapshot().engines().stream()
                .filter(view -> view.engine().equals(engine))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not of this fleet: " + engine))
                .state();
    }

    private AtomicInteger counter(Engine engine) {
        AtomicInteger count = underWay.get(engine);
        if (count == null) {
            throw new IllegalArgumentException("not of this fleet: " + engine);
        }
        return count;
    }

    private static String whyNotReady(FleetSnapshot fleet, String modelId) {
        return fleet.engines().stream()
                .filter(view ->
                        !view.isReady() && (view.has(modelId) || fleet.ready().isEmpty()))
                .map(view -> "engine " + view.engine().name() + ": " + ((Unready) view.state()).reason())
                .collect(Collectors.joining("; "));
    }

    private static void logChange(Engine engine, EngineState state) {
        switch (state) {
            case EngineState.Ready(var models) -> log.info("engine {} is ready with {}", engine.name(), models);
            case Unready unready -> log.info("engine {} is not ready: {}", engine.name(), unready.reason());
        }
    }
}
