package dev.weir.control.fleet;

import java.time.Instant;

/** An engine, its state, and since when it is in it. */
public record EngineView(Engine engine, EngineState state, Instant since) {

    /** Whether it can be sent requests. */
    public boolean isReady() {
        return state instanceof EngineState.Ready;
    }

    /** Whether it has the model, or had it when it was last ready. */
    public boolean has(String modelId) {
        return state.models().stream().anyMatch(model -> model.id().equals(modelId));
    }
}
