package dev.weir.control.rollout.journal;

/**
 * What an alias means now.
 *
 * @param watched whether its rollout goes on: then it matters who gets which version, and what becomes of it
 */
public record AliasWeight(
        String alias,
        String rolloutId,
        String baseline,
        String candidate,
        double candidateShare,
        long revision,
        boolean watched) {

    /** The version that answers whoever is not told apart. */
    public String current() {
        return candidateShare == 1 ? candidate : baseline;
    }
}
