package dev.weir.control.fleet;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All engines at one moment. */
public record FleetSnapshot(List<EngineView> engines) {
    public FleetSnapshot {
        engines = List.copyOf(engines);
    }

    /** The engines that can be sent requests. */
    public List<EngineView> ready() {
        return engines.stream().filter(EngineView::isReady).toList();
    }

    /** The models of the ready engines, each once, in the order of the engines, as the engine has it that is the best to ask. */
    public Collection<ServedModel> models() {
        Map<String, ServedModel> models = new LinkedHashMap<>();
        for (EngineView view : ready()) {
            view.state()
                    .models()
                    .forEach(model -> models.merge(
                            model.id(), model, (one, other) -> other.distance() < one.distance() ? other : one));
        }
        return List.copyOf(models.values());
    }

    /** Whether any engine has the model, or had it when it was last ready. */
    public boolean knows(String modelId) {
        return engines.stream().anyMatch(view -> view.has(modelId));
    }

    FleetSnapshot with(Engine engine, EngineState state, Instant now) {
        return new FleetSnapshot(engines.stream()
                .map(view -> view.engine().equals(engine) && !view.state().equals(state)
                        ? new EngineView(engine, state, since(view, state, now), view.draining())
                        : view)
                .toList());
    }

    private static Instant since(EngineView view, EngineState state, Instant now) {
        boolean wasReady = view.state() instanceof EngineState.Ready;
        return wasReady == state instanceof EngineState.Ready ? view.since() : now;
    }
}
