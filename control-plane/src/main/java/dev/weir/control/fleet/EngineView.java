package dev.weir.control.fleet;

import java.time.Instant;
import java.util.Optional;

/** An engine, its state, and since when it is in it. */
public record EngineView(Engine engine, EngineState state, Instant since) {

    /** Whether it can be sent requests. */
    public boolean isReady() {
        return state instanceof EngineState.Ready;
    }

    /** Whether it has the model, or had it when it was last ready. */
    public boolean has(String modelId) {
        return model(modelId).isPresent();
    }

    /** How far the model is from answering there. */
    int distance(String modelId) {
        return model(modelId).map(ServedModel::distance).orElse(Integer.MAX_VALUE);
    }

    private Optional<ServedModel> model(String modelId) {
        return state.models().stream()
                .filter(model -> model.id().equals(modelId))
                .findFirst();
    }
}
