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
    private static final String SHADOW = "/shadow";

    public String text() {
        return rolloutId + (candidate ? CANDIDATE : BASELINE);
    }

    /** As the row of a copy for the candidate has it. */
    public static String ofShadow(String rolloutId) {
        return rolloutId + SHADOW;
    }

    /** The rollout whose copy for the candidate is written so. */
    public static Optional<String> shadowOf(String text) {
        return text.endsWith(SHADOW)
                ? Optional.of(text.substring(0, text.length() - SHADOW.length()))
                : Optional.empty();
    }

    /** The rollout whose arm, or whose copy, is written so; empty for an experiment's. */
    public static Optional<String> rolloutOf(String text) {
        return of(text).map(Arm::rolloutId).or(() -> shadowOf(text));
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
