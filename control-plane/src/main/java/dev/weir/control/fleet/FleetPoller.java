package dev.weir.control.fleet;

import dev.weir.control.upstream.EngineClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Asks every engine how it is, again and again: one question at a time to each, and none waits for another. */
public final class FleetPoller implements SmartLifecycle {
    private final Fleet fleet;
    private final EngineClient client;
    private final FleetConfig config;
    private final Scheduler timer;
    private Disposable.@Nullable Composite loops;

    public FleetPoller(Fleet fleet, EngineClient client, FleetConfig config, Scheduler timer) {
        this.fleet = fleet;
        this.client = client;
        this.config = config;
        this.timer = timer;
    }

    @Override
    public synchronized void start() {
        if (loops != null) {
            return;
        }
        Disposable.Composite started = Disposables.composite();
        fleet.snapshot().engines().forEach(view -> started.add(poll(view.engine())));
        loops = started;
    }

    @Override
    public synchronized void stop() {
        if (loops != null) {
            loops.dispose();
            loops = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return loops != null;
    }

    private Disposable poll(Engine engine) {
        EngineProbe probe = new EngineProbe(engine, client, config, timer);
        return Mono.defer(() -> probe.ask(fleet.stateOf(engine)))
                .doOnNext(state -> fleet.update(engine, state))
                .flatMap(state -> Mono.delay(pauseAfter(state), timer))
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
