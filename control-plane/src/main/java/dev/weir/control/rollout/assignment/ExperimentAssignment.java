package dev.weir.control.rollout.assignment;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * Which users take part in an experiment, and which arm each of them sees. The two questions have seeds of their own: covering more users
 * moves nobody to another arm.
 *
 * @param coverage the share of users that take part
 * @param arms of equal size, in an order that must not change
 */
public record ExperimentAssignment(String experimentId, HashVersion hash, double coverage, List<String> arms) {
    private static final int ARMS_MAX = 10;

    public ExperimentAssignment {
        requireNonNull(hash, "hash is null");
        arms = List.copyOf(arms);
        if (experimentId.isBlank()) {
            throw new IllegalArgumentException("experimentId is blank");
        }
        if (!(coverage >= 0 && coverage <= 1)) {
            throw new IllegalArgumentException("coverage must be in [0, 1]: " + coverage);
        }
        if (arms.size() < 2 || arms.size() > ARMS_MAX || new LinkedHashSet<>(arms).size() < arms.size()) {
            throw new IllegalArgumentException("an experiment has 2 to " + ARMS_MAX + " different arms: " + arms);
        }
    }

    /** The user's arm; empty for who does not take part. */
    public Optional<String> armOf(String tenant, String user) {
        if (hash.position(experimentId + "/coverage", tenant, user) >= coverage) {
            return Optional.empty();
        }
        double position = hash.position(experimentId + "/arm", tenant, user);
        return Optional.of(arms.get((int) (position * arms.size())));
    }
}
