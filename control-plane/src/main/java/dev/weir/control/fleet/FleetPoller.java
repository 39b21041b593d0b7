package dev.weir.control.fleet;

import dev.weir.control.upstream.EngineClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Asks every engine how it is, again and again: one question at a time to each, and none waits for another. */
public final class FleetPoller implements SmartLifecycle {
    private final Fleet fleet;
    private final EngineClient client;
    private final FleetConfig config;
    private final Scheduler timer;
    private final Map<Engine, Disposable> loops = new HashMap<>();
    private @Nullable Disposable membership;

    public FleetPoller(Fleet fleet, EngineClient client, FleetConfig config, Scheduler timer) {
        this.fleet = fleet;
        this.client = client;
        this.config = config;
        this.timer = timer;
    }

    @Override
    public synchronized void start() {
        if (membership == null) {
            membership = fleet.changes()
                    .startWith(fleet.snapshot())
                    .map(FleetPoller::members)
                    .distinctUntilChanged()
                    .subscribe(this::follow);
        }
    }

    private static Set<Engine> members(FleetSnapshot fleet) {
        return fleet.engines().stream().map(EngineView::engine).collect(Collectors.toSet());
    }

    @Override
    public synchronized void stop() {
        if (membership != null) {
            membership.dispose();
            membership = null;
            loops.values().forEach(Disposable::dispose);
            loops.clear();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return membership != null;
    }

    /** Begins to ask who has come, and asks nobody who has left. */
    private synchronized void follow(Set<Engine> members) {
        loops.entrySet().removeIf(loop -> {
            boolean left = !members.contains(loop.getKey());
            if (left) {
                loop.getValue().dispose();
            }
            return left;
        });
        members.forEach(engine -> loops.computeIfAbsent(engine, this::poll));
    }

    private Disposable poll(Engine engine) {
        EngineProbe probe = new EngineProbe(engine, client, config, timer);
        EngineState unasked = new EngineState.Unready("it was not asked yet", List.of());
        return Mono.defer(() -> probe.ask(fleet.stateOf(engine).orElse(unasked)))
                .doOnNext(state -> fleet.update(engine, state))
                .flatMap(state -> probe.load()
                        .doOnNext(load -> fleet.report(engine, load))
                        .then(Mono.delay(pauseAfter(state), timer)))
                .repeat()
                .subscribe();
    }

    private Duration pauseAfter(EngineState state) {
        return switch (state) {
            case EngineState.Ready _ -> config.probeEvery();
            case EngineState.Unready _ -> config.probeEveryWhileUnready();
        };
    }
}
