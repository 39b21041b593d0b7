package dev.weir.control.rollout;

import java.time.Instant;

/** What happens to a rollout. All of its state follows from these, in the order in which they were recorded. */
public sealed interface RolloutEvent {

    /** For people to read: no decision depends on it, so a clock that jumps decides nothing. */
    Instant at();

    /** One tick's numbers arrived. */
    record Observed(Instant at, Observation observation) implements RolloutEvent {}

    /** A tick is over, whether or not its numbers have arrived. */
    record TimePassed(Instant at) implements RolloutEvent {}

    /** Whether each version is loaded and answers. */
    record VersionsProbed(Instant at, boolean baselineHealthy, boolean candidateHealthy) implements RolloutEvent {}

    /** A person wants something. */
    record Commanded(Instant at, Command command) implements RolloutEvent {}
}
