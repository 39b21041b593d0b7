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
        return position(tenant, user).map(position -> arms.get((int) (position * arms.size())));
    }

    /** The user's arm where arms have these shares, 1 together: who is near an edge moves when shares do. */
    public Optional<String> armOf(String tenant, String user, List<Double> shares) {
        return position(tenant, user).map(position -> {
            double end = 0;
            for (int arm = 0; arm < arms.size() - 1; arm++) {
                end += shares.get(arm);
                if (position < end) {
                    return arms.get(arm);
                }
            }
            return arms.getLast();
        });
    }

    private Optional<Double> position(String tenant, String user) {
        return hash.position(experimentId + "/coverage", tenant, user) >= coverage
                ? Optional.empty()
                : Optional.of(hash.position(experimentId + "/arm", tenant, user));
    }
}
