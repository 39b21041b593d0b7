package dev.weir.control.rollout.live;

import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.journal.SliceStore.Sample;
import dev.weir.control.rollout.journal.SliceStore.Sliced;
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
            for (Slice slice : traits.slices()) {
                Key key = new Key(arm.rolloutId(), weightRevision, metric, slice);
                if (counts.size() < SLICES_MAX || counts.containsKey(key)) {
                    long badCount = isBad ? 1 : 0;
                    counts.merge(
                            key,
                            arm.candidate() ? new ArmCounts(1, badCount, 0, 0) : new ArmCounts(0, 0, 1, badCount),
                            ArmCounts::plus);
                }
            }
            if (isBad && samples.size() < SAMPLES_MAX) {
                samples.add(new Sample(
                        arm.rolloutId(),
                        callId,
                        requestId,
                        arm.candidate(),
                        metric,
                        traits.tenant(),
                        traits.queryType()));
            }
        });
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
