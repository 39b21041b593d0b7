package dev.weir.control.evaluation.review;

import dev.weir.control.evaluation.QualityEvent.Subject;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * A sampled answer, as it is kept.
 *
 * @param week its Monday
 * @param conversation what was said before, as JSON
 * @param uniformRank null where it is not of that draw
 * @param uncertainRank null where it is not of that draw
 * @param judged what the judge thought, if it was asked and knew
 */
record ReviewItem(
        String id,
        LocalDate week,
        Subject subject,
        String conversation,
        String answer,
        @Nullable Double uniformRank,
        @Nullable Double uncertainRank,
        @Nullable Judged judged) {

    /** A judge's opinion. */
    record Judged(String judgeVersion, boolean passes, boolean hallucinated) {}

    /** What was said is nobody's business but the reviewers'. */
    @Override
    public String toString() {
        return "ReviewItem[" + id + "]";
    }
}
