package dev.weir.control.rollout.live;

import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.live.LiveCounts.Judgement;
import dev.weir.control.statistics.ArmCounts;
import java.util.Map;
import java.util.Optional;

/** What comes of pairs in the shadow: they count for the rollout, and for the slices of the traffic that their request is in. */
public record ShadowEvidence(RecentRequests requests, LiveCounts counts, SliceCounts slices) {

    /**
     * One side of a pair.
     *
     * @param requestId what the caller knows the request by; a copy has one of its own, which nobody knows
     * @param told what is known of the answer
     */
    public record Side<T>(String requestId, String callId, T told) {}

    /** Both versions have answered. */
    public void answered(String rolloutId, Side<Answered> baseline, Side<Answered> candidate) {
        sliced(rolloutId, counts.paired(rolloutId, baseline.told(), candidate.told()), baseline, candidate);
    }

    /** A judge was asked about both answers. */
    public void judged(String rolloutId, Side<Optional<Judgement>> baseline, Side<Optional<Judgement>> candidate) {
        sliced(rolloutId, counts.judgedPair(rolloutId, baseline.told(), candidate.told()), baseline, candidate);
    }

    private void sliced(String rolloutId, Map<Metric, ArmCounts> pair, Side<?> baseline, Side<?> candidate) {
        requests.of(baseline.requestId())
                .ifPresent(seen -> slices.addPair(
                        rolloutId, seen, pair, baseline.requestId(), baseline.callId(), candidate.callId()));
    }
}
