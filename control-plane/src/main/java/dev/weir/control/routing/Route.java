package dev.weir.control.routing;

import java.util.List;
import java.util.stream.Collectors;

/** Where a request goes. */
public sealed interface Route {

    /** What was asked and decided, one step after the other. */
    List<String> steps();

    /**
     * To this model.
     *
     * @param arm of a rollout or an experiment that the request falls on, or an empty text
     * @param tier that was decided for, or an empty text where the model itself was
     * @param confidence of the classification; 1 where there was none
     */
    record To(String model, String arm, String tier, double confidence, List<String> steps) implements Route {
        public To {
            steps = List.copyOf(steps);
        }

        To ofTier(String other) {
            return new To(model, arm, other, confidence, steps);
        }
    }

    /** Nowhere: no model is within the limits that were set. */
    record Nowhere(String reason, List<String> steps) implements Route {
        public Nowhere {
            steps = List.copyOf(steps);
        }
    }

    /** The steps as one line, fit for a header. */
    default String reason() {
        return steps().stream().collect(Collectors.joining("; ")).replaceAll("[^ -~]", "?");
    }
}
