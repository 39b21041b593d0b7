package dev.weir.control.evaluation.grading;

/**
 * What a judge says of an answer beside another one to the same question: the candidate's beside the baseline's.
 *
 * @param reason in the judge's words where it has spoken
 */
public record Preference(Winner winner, String reason) {
    /** Which is better. */
    public enum Winner {
        CANDIDATE,
        BASELINE,
        TIE,
        /** The order in which they were shown decided: counts as a tie, and against the judge. */
        INCONSISTENT,
        /** They are equal, so nobody was asked. */
        SAME,
        /** The judge's question does not apply to the case, so nobody was asked. */
        NOT_APPLICABLE,
        /** There is no verdict: nobody's fault. */
        UNSCORED
    }
}
