package dev.weir.control.fleet;

import java.time.Instant;
import java.util.Optional;

/**
 * An engine, its state, and since when it is in it.
 *
 * @param draining whether it takes nothing new because somebody said so
 */
public record EngineView(Engine engine, EngineState state, Instant since, boolean draining) {

    /** Whether it can be sent requests. */
    public boolean isReady() {
        return !draining && state instanceof EngineState.Ready;
    }

    EngineView withDraining(boolean drained) {
        return drained == draining ? this : new EngineView(engine, state, since, drained);
    }

    /** Whether it has the model, or had it when it was last ready. */
    public boolean has(String modelId) {
        return model(modelId).isPresent();
    }

    /** Which of the models that have or had this name it has, where it says so. */
    public Optional<String> versionOf(String modelId) {
        return model(modelId).map(ServedModel::version);
    }

    /** How far the model is from answering there. */
    int distance(String modelId) {
        return model(modelId).map(ServedModel::distance).orElse(Integer.MAX_VALUE);
    }

    /** Why it cannot be sent requests. */
    public String whyNotReady() {
        return switch (state) {
            case EngineState.Unready unready -> unready.reason();
            case EngineState.Ready _ -> "it is being drained";
        };
    }

    private Optional<ServedModel> model(String modelId) {
        return state.models().stream()
                .filter(model -> model.id().equals(modelId))
                .findFirst();
    }
}
