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

    /**
     * It does not answer, or says that it is not ready; what it had is remembered, so that its models are not called unknown.
     *
     * @param gone whether nobody listens at its address: whoever answers there next is another process
     */
    record Unready(String reason, List<ServedModel> models, boolean gone) implements EngineState {
        public Unready {
            models = List.copyOf(models);
        }

        public Unready(String reason, List<ServedModel> models) {
            this(reason, models, false);
        }
    }
}
