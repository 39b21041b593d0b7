package dev.weir.control.rollout.live;

import java.util.Optional;

/**
 * Which side of a rollout answered, as it is written into headers and the ledger: {@code ROLLOUT/candidate}.
 *
 * @param candidate whether it was the new version
 */
public record Arm(String rolloutId, boolean candidate) {
    private static final String CANDIDATE = "/candidate";
    private static final String BASELINE = "/baseline";

    public String text() {
        return rolloutId + (candidate ? CANDIDATE : BASELINE);
    }

    /** The arm that is written so; empty for an experiment's, or none. */
    public static Optional<Arm> of(String text) {
        if (text.endsWith(CANDIDATE)) {
            return Optional.of(new Arm(text.substring(0, text.length() - CANDIDATE.length()), true));
        }
        return text.endsWith(BASELINE)
                ? Optional.of(new Arm(text.substring(0, text.length() - BASELINE.length()), false))
                : Optional.empty();
    }
}
