package dev.weir.control;

import dev.weir.control.evaluation.QualityEvent;
import dev.weir.control.evaluation.QualityEvent.Subject;
import dev.weir.control.evaluation.QualityListener;
import dev.weir.control.rollout.live.Arm;
import dev.weir.control.rollout.live.ArmJudgements;
import dev.weir.control.rollout.live.LiveCounts;
import dev.weir.control.rollout.live.LiveCounts.Judgement;
import dev.weir.control.rollout.live.ShadowEvidence;
import dev.weir.control.rollout.live.ShadowEvidence.Side;
import dev.weir.control.rollout.live.ShadowPairs;
import java.util.Optional;

/**
 * What judges of ours say of answers counts for the arm that gave them; in the shadow, what they say of both answers to the same request.
 *
 * @param pairs of verdicts, none where the judge was asked and gave none
 */
record JudgedArms(LiveCounts counts, ArmJudgements arms, ShadowPairs<Side<Optional<Judgement>>> pairs)
        implements QualityListener {

    JudgedArms(LiveCounts counts, ArmJudgements arms, ShadowEvidence evidence) {
        this(counts, arms, new ShadowPairs<>(evidence::judged));
    }

    @Override
    public void accept(QualityEvent event) {
        switch (event) {
            case QualityEvent.Asked asked -> begun(asked.subject());
            case QualityEvent.Scored scored ->
                judged(scored.subject(), Optional.of(new Judgement(scored.hallucinated(), !scored.pass())));
            case QualityEvent.Unscored unscored -> judged(unscored.subject(), Optional.empty());
            case QualityEvent.JudgeState state -> counts.judgeIs(state.available());
        }
    }

    /** Single answers are counted with their verdict, so that what is under way is not missing. */
    private void begun(Subject subject) {
        String arm = subject.arm();
        if (arm != null && Arm.rolloutOf(arm).filter(counts::comparesPairs).isPresent()) {
            pairs.begun(subject.callId());
        }
    }

    private void judged(Subject subject, Optional<Judgement> judgement) {
        String arm = subject.arm();
        if (arm == null) {
            return;
        }
        Side<Optional<Judgement>> side = new Side<>(subject.requestId(), subject.callId(), judgement);
        Arm.of(arm).ifPresent(of -> {
            arms.judged(of, subject.requestId(), subject.callId(), judgement.orElse(null));
            pairs.baseline(of.rolloutId(), subject.callId(), side);
        });
        Arm.shadowOf(arm).ifPresent(rolloutId -> pairs.candidate(rolloutId, subject.callId(), side));
    }
}
