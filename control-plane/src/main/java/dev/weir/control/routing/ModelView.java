package dev.weir.control.routing;

import java.util.Optional;
import java.util.OptionalDouble;

/** What routing has to know of models as they are now. */
public interface ModelView {

    /** Whether a request could be sent to the model now. */
    boolean isReady(String model);

    /** How long first tokens of the model take at present; empty where nothing was measured. */
    Optional<Long> firstTokenMillis(String model);

    /** How long each further token of the model takes at present; empty where nothing was measured. */
    OptionalDouble tokenMillis(String model);
}
