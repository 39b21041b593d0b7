package dev.weir.control.rollout.live;

import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.journal.SliceStore.Sample;
import dev.weir.control.rollout.journal.SliceStore.Sliced;
import dev.weir.control.rollout.live.RecentRequests.Seen;
import dev.weir.control.rollout.postmortem.Slice;
import dev.weir.control.statistics.ArmCounts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The same counts by slice, for whoever asks after a rollback where it was worse, and the requests that were answered badly.
 *
 * <p>Thread-safety: locked, and short.
 */
public final class SliceCounts {
    /** Of all rollouts between two drains; what is beyond is in no slice. */
    private static final int SLICES_MAX = 4_096;
    /** A few are as good as all to look at. */
    private static final int SAMPLES_MAX = 50;

    private final Map<Key, ArmCounts> counts = new HashMap<>();
    private final List<Sample> samples = new ArrayList<>();

    private record Key(String rolloutId, long weightRevision, Metric metric, Slice slice) {}

    /** What was counted since the last time. */
    public record Drained(List<Sliced> slices, List<Sample> samples) {}

    /** What was bad, and what was not, of an answer. */
    public synchronized void add(
            Arm arm,
            long weightRevision,
            RequestTraits traits,
            Map<Metric, Boolean> bad,
            String requestId,
            String callId) {
        bad.forEach((metric, isBad) -> {
            long badCount = isBad ? 1 : 0;
            ArmCounts one = arm.candidate() ? new ArmCounts(1, badCount, 0, 0) : new ArmCounts(0, 0, 1, badCount);
            count(arm.rolloutId(), weightRevision, traits, metric, one);
            if (isBad) {
                keep(arm, metric, traits, requestId, callId);
            }
        });
    }

    /**
     * What both versions' answers to the same request came to, each of them under its own call.
     *
     * @param requestId what the caller knows both by
     */
    public synchronized void addPair(
            String rolloutId,
            Seen request,
            Map<Metric, ArmCounts> pair,
            String requestId,
            String baselineCallId,
            String candidateCallId) {
        RequestTraits traits = request.traits();
        pair.forEach((metric, counted) -> {
            count(rolloutId, request.weightRevision(), traits, metric, counted);
            if (counted.candidateBadCount() > 0) {
                keep(new Arm(rolloutId, true), metric, traits, requestId, candidateCallId);
            }
            if (counted.baselineBadCount() > 0) {
                keep(new Arm(rolloutId, false), metric, traits, requestId, baselineCallId);
            }
        });
    }

    private void count(String rolloutId, long weightRevision, RequestTraits traits, Metric metric, ArmCounts more) {
        for (Slice slice : traits.slices()) {
            Key key = new Key(rolloutId, weightRevision, metric, slice);
            if (counts.size() < SLICES_MAX || counts.containsKey(key)) {
                counts.merge(key, more, ArmCounts::plus);
            }
        }
    }

    private void keep(Arm arm, Metric metric, RequestTraits traits, String requestId, String callId) {
        if (samples.size() < SAMPLES_MAX) {
            samples.add(new Sample(
                    arm.rolloutId(), callId, requestId, arm.candidate(), metric, traits.tenant(), traits.queryType()));
        }
    }

    synchronized Drained drain() {
        Drained drained = new Drained(
                counts.entrySet().stream()
                        .map(entry -> new Sliced(
                                entry.getKey().rolloutId(),
                                entry.getKey().weightRevision(),
                                entry.getKey().metric(),
                                entry.getKey().slice(),
                                entry.getValue()))
                        .toList(),
                List.copyOf(samples));
        counts.clear();
        samples.clear();
        return drained;
    }
}
