package dev.weir.control.fleet;

import java.util.List;

/** The answer to: who takes this request? */
public sealed interface Assignment {

    /** This engine; the lease counts as one request under way until it is closed. */
    record Assigned(EngineLease lease) implements Assignment {}

    /** Nobody has such a model; these there are. */
    record UnknownModel(List<String> knownModels) implements Assignment {}

    /** Nobody now, though somebody may soon. */
    record NoneReady(String reason) implements Assignment {}
}
