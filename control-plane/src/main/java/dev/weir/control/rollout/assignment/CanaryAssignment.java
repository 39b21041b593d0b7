package dev.weir.control.rollout.assignment;

import static java.util.Objects.requireNonNull;

/**
 * Which conversations the candidate answers. A larger share takes more of them and gives none back, so a conversation changes its model at
 * most once while a rollout climbs.
 *
 * @param rolloutId the seed: another rollout picks other conversations
 */
public record CanaryAssignment(String rolloutId, HashVersion hash, double candidateShare) {
    public CanaryAssignment {
        requireNonNull(hash, "hash is null");
        if (rolloutId.isBlank()) {
            throw new IllegalArgumentException("rolloutId is blank");
        }
        if (!(candidateShare >= 0 && candidateShare <= 1)) {
            throw new IllegalArgumentException("candidateShare must be in [0, 1]: " + candidateShare);
        }
    }

    /** Whether the candidate answers this conversation; a request without one is a conversation of its own, under its request id. */
    public boolean isCandidate(String tenant, String conversation) {
        return candidateShare > 0 && hash.position(rolloutId, tenant, conversation) < candidateShare;
    }
}
