package dev.weir.control.evaluation.live;

import dev.weir.control.evaluation.QualityEvent.Scored;
import org.jspecify.annotations.Nullable;

/** Is shown what the judge was shown: for those who may see what was said. Must not wait where there is no verdict. */
@FunctionalInterface
public interface JudgedAnswers {
    /**
     * An answer, after its turn.
     *
     * @param verdict null where there is none
     */
    void over(LiveAnswer answer, @Nullable Scored verdict);

    /** Another one is shown it, too. */
    default JudgedAnswers and(JudgedAnswers other) {
        return (answer, verdict) -> {
            over(answer, verdict);
            other.over(answer, verdict);
        };
    }
}
