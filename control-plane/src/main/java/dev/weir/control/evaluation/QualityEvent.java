package dev.weir.control.evaluation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What becomes of live answers that are judged. For each {@link Asked} there is one {@link Scored} or {@link Unscored}, later. */
public sealed interface QualityEvent {

    /**
     * Which answer it is about.
     *
     * @param callId the ledger's name of the call
     * @param requestId its caller's name of it
     * @param model that answered, by its concrete name
     * @param arm of a rollout or an experiment, where it was in one
     */
    record Subject(
            String callId,
            String requestId,
            String tenant,
            String model,
            @Nullable String arm,
            Instant at) {}

    /** An answer was drawn for the judge. */
    record Asked(Subject subject) implements QualityEvent {}

    /**
     * The judge has spoken.
     *
     * @param hallucinated whether the answer is contradicted or unsupported by what was given
     * @param quality from 0 to 1
     * @param pass whether the quality reaches the pass mark
     * @param reason in the judge's words, which may be the answer's: to be kept only where the answer is
     */
    record Scored(
            Subject subject, boolean hallucinated, double quality, boolean pass, String judgeVersion, String reason)
            implements QualityEvent {
        public Scored {
            if (!(quality >= 0 && quality <= 1)) {
                throw new IllegalArgumentException("quality must be in [0, 1]: " + quality);
            }
        }

        /** What was said is nobody's business but who is shown the answer. */
        @Override
        public String toString() {
            return "Scored[" + subject.callId() + "]";
        }
    }

    /** No verdict came of it: dropped under pressure, an unusable verdict, no judge. */
    record Unscored(Subject subject, String reason) implements QualityEvent {}

    /** Whether verdicts may be relied on: the judge answers, and recognises the cases whose label is known. */
    record JudgeState(boolean available, String reason) implements QualityEvent {}
}
