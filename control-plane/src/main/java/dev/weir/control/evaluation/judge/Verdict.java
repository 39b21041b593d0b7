package dev.weir.control.evaluation.judge;

/** What came back from a judge. */
public sealed interface Verdict {
    /** It meets the criterion, or it does not. */
    record Ruled(boolean passed, double confidence, String reasoning) implements Verdict {
        public Ruled {
            if (!(confidence >= 0 && confidence <= 1)) {
                throw new IllegalArgumentException("a confidence is from 0 to 1: " + confidence);
            }
        }

        /** How likely it is that the criterion is met. */
        public double score() {
            return passed ? 0.5 + confidence / 2 : 0.5 - confidence / 2;
        }
    }

    /**
     * Its question does not apply to what was asked, whatever the answer is, so it was not asked. Counts neither for the answer nor against the judge,
     * but too many of these are no judgement of anything.
     */
    record NotApplicable(String reason) implements Verdict {}

    /** No verdict: it was unsure, answered something else, or did not answer. Counts against coverage and nothing else. */
    record Unscored(String reason) implements Verdict {}
}
