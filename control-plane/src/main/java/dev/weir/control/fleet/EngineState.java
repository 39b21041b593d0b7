package dev.weir.control.fleet;

import java.util.List;

/** What is known of an engine. */
public sealed interface EngineState {

    /** The models it has, or had when it was last ready. */
    List<ServedModel> models();

    /** It answers. */
    record Ready(List<ServedModel> models) implements EngineState {
        public Ready {
            models = List.copyOf(models);
        }
    }

    /** It does not answer, or says that it is not ready; what it had is remembered, so that its models are not called unknown. */
    record Unready(String reason, List<ServedModel> models) implements EngineState {
        public Unready {
            models = List.copyOf(models);
        }
    }
}
