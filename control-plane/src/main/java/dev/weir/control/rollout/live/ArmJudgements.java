package dev.weir.control.rollout.live;

import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.live.LiveCounts.Judgement;
import dev.weir.control.rollout.live.RecentRequests.Seen;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What judges say of answers, on its way to the arms that gave them and to their slices. */
public record ArmJudgements(RecentRequests requests, LiveCounts counts, SliceCounts slices) {

    /**
     * A judge was asked about an answer. In the shadow one by itself says nothing ({@link ShadowEvidence}).
     *
     * @param judgement null where it gave none
     */
    public void judged(Arm arm, String requestId, String callId, @Nullable Judgement judgement) {
        counts.judged(arm, judgement);
        if (judgement != null) {
            requests.noteJudged(requestId);
            requests.of(requestId)
                    .filter(seen -> !seen.shadowed())
                    .ifPresent(seen -> sliced(seen, requestId, callId, judgement));
        }
    }

    /**
     * A judge outside Weir has judged the answer to a request: counted where nobody has before, since what is sent again tells nothing more.
     *
     * @return whether it is one of a rollout that is remembered
     */
    public boolean judged(String requestId, Judgement judgement) {
        Optional<Seen> seen = requests.of(requestId);
        seen.filter(_ -> requests.noteJudged(requestId))
                .ifPresent(request -> judged(request.arm(), requestId, "", judgement));
        return seen.isPresent();
    }

    private void sliced(Seen seen, String requestId, String callId, Judgement judgement) {
        Map<Metric, Boolean> bad = Map.of(
                Metric.HALLUCINATION, judgement.hallucination(),
                Metric.LOW_QUALITY, judgement.lowQuality());
        slices.add(seen.arm(), seen.weightRevision(), seen.traits(), bad, requestId, callId);
    }
}
