package dev.weir.engine.http;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the server serves now. Written by the composition root, read by every event loop and worker. */
public final class Serving {

    /** Where the process is in its life. */
    public enum Phase {
        /** Models are being loaded. */
        STARTING,
        READY,
        /** Finishes what it has. */
        DRAINING
    }

    private record State(Phase phase, List<ServedModel> models) {}

    private volatile State state = new State(Phase.STARTING, List.of());

    /** All models are loaded. */
    public void ready(List<ServedModel> models) {
        state = new State(Phase.READY, List.copyOf(models));
    }

    /** Nothing new is taken. */
    public void draining() {
        state = new State(Phase.DRAINING, state.models());
    }

    Phase phase() {
        return state.phase();
    }

    List<ServedModel> models() {
        return state.models();
    }

    /** The loops of all models live. */
    boolean isAlive() {
        return models().stream().allMatch(model -> model.alive().getAsBoolean());
    }

    /** The model that a request names; the only one there is, where it names none. */
    ServedModel model(Optional<String> name) {
        requireReady();
        List<ServedModel> models = models();
        if (name.isEmpty()) {
            if (models.size() > 1) {
                throw new ApiException(
                        ApiError.badField("model", "model is missing; this server has " + names(models)));
            }
            return models.getFirst();
        }
        return models.stream()
                .filter(model -> model.name().equals(name.get()))
                .findFirst()
                .orElseThrow(() -> new ApiException(ApiError.modelNotFound(
                        "the model `" + name.get() + "` does not exist; this server has " + names(models))));
    }

    void requireReady() {
        switch (phase()) {
            case READY -> {}
            case STARTING ->
                throw new ApiException(ApiError.unavailable("starting", "the models are still being loaded"));
            case DRAINING ->
                throw new ApiException(ApiError.unavailable("shutting_down", "this server is shutting down"));
        }
    }

    private static String names(List<ServedModel> models) {
        return models.stream().map(ServedModel::name).collect(Collectors.joining(", "));
    }
}
