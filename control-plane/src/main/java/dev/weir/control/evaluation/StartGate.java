package dev.weir.control.evaluation;

/** Whether a rollout may begin: the candidate has passed the golden set and the judge against what serves now, or somebody answers for it. */
public interface StartGate {
    /** Blocking: asks the database. */
    Clearance check(String baseline, String candidate);

    /** The answer, with its grounds. */
    sealed interface Clearance {
        /** May it begin? */
        default boolean isGiven() {
            return !(this instanceof Refused);
        }

        /** The answer and its grounds, for whoever reads of it later. */
        default String sentence() {
            return switch (this) {
                case Passed(var hash, var candidate, var baseline) ->
                    "run %s passed against run %s over golden set %s".formatted(candidate, baseline, hash);
                case Overridden(var actor, var reason) -> "overridden by %s: %s".formatted(actor, reason);
                case Refused(var reason) -> "refused: " + reason;
            };
        }

        /** Both tiers were passed. */
        record Passed(String goldenHash, String candidateRunId, String baselineRunId) implements Clearance {}

        /** Not passed, but an administrator wants it for a reason. */
        record Overridden(String actor, String reason) implements Clearance {}

        /** Not yet, with what is missing, in a sentence for a person. */
        record Refused(String reason) implements Clearance {}
    }
}
