package dev.weir.control;

import dev.weir.control.evaluation.QualityEvent.Scored;
import dev.weir.control.evaluation.live.JudgedAnswers;
import dev.weir.control.evaluation.live.LiveAnswer;
import dev.weir.control.evaluation.review.BadAnswers;
import dev.weir.control.rollout.live.Arm;
import dev.weir.control.rollout.live.LiveCounts;
import dev.weir.control.rollout.live.ShadowPairs;
import org.jspecify.annotations.Nullable;

/**
 * Brings a candidate's bad answers in the shadow together with what the baseline said to the same request. A copy is nobody's: whose conversation
 * it is, and so whether people may see it, only the other half knows.
 */
final class ShadowedAnswers implements JudgedAnswers {
    /** They have texts, so there are few; copies on their way are fewer. */
    private static final int PAIRS_MAX = 64;

    private final LiveCounts counts;
    private final ShadowPairs<Judged> pairs;

    /** An answer after its turn; without a verdict where there is none. */
    private record Judged(LiveAnswer answer, @Nullable Scored verdict) {}

    ShadowedAnswers(LiveCounts counts, BadAnswers worst) {
        this.counts = counts;
        this.pairs = new ShadowPairs<>(PAIRS_MAX, (rolloutId, baseline, candidate) -> {
            Scored verdict = candidate.verdict();
            if (verdict != null) {
                worst.inShadow(new Arm(rolloutId, true).text(), candidate.answer(), verdict, baseline.answer());
            }
        });
    }

    @Override
    public void over(LiveAnswer answer, @Nullable Scored verdict) {
        String arm = answer.subject().arm();
        if (arm == null || Arm.rolloutOf(arm).filter(counts::comparesPairs).isEmpty()) {
            return;
        }
        String callId = answer.subject().callId();
        Judged half = new Judged(answer, verdict);
        pairs.begun(callId);
        Arm.of(arm).ifPresent(of -> pairs.baseline(of.rolloutId(), callId, half));
        Arm.shadowOf(arm).ifPresent(rolloutId -> pairs.candidate(rolloutId, callId, half));
    }
}
