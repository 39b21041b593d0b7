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

    /** No verdict: it was unsure, answered something else, or did not answer. Counts against coverage and nothing else. */
    record Unscored(String reason) implements Verdict {}
}
