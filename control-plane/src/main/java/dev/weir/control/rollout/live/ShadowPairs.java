package dev.weir.control.rollout.live;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings together what both versions made of the same request. Either may be the first to finish; one whose other half never comes is
 * forgotten when there are too many.
 *
 * <p>Thread-safety: locked, and short.
 */
public final class ShadowPairs {
    private static final int PAIRS_MAX = 4_096;

    private final LiveCounts counts;
    private final Map<String, Half> halves = new LinkedHashMap<>();

    public ShadowPairs(LiveCounts counts) {
        this.counts = counts;
    }

    /** What is there of a pair. */
    private record Half(
            @Nullable Answered baseline, @Nullable Answered candidate) {
        static final Half NONE = new Half(null, null);
    }

    /** A copy of the call is on its way. */
    public synchronized void begun(String callId) {
        if (halves.size() == PAIRS_MAX) {
            halves.remove(halves.keySet().iterator().next());
        }
        halves.put(callId, Half.NONE);
    }

    public void baseline(String rolloutId, String callId, Answered answer) {
        complete(rolloutId, callId, answer, null);
    }

    public void candidate(String rolloutId, String callId, Answered answer) {
        complete(rolloutId, callId, null, answer);
    }

    private void complete(String rolloutId, String callId, @Nullable Answered baseline, @Nullable Answered candidate) {
        join(callId, baseline, candidate).ifPresent(pair -> {
            if (pair.baseline() != null && pair.candidate() != null) {
                counts.paired(rolloutId, pair.baseline(), pair.candidate());
            }
        });
    }

    private synchronized Optional<Half> join(String callId, @Nullable Answered baseline, @Nullable Answered candidate) {
        Half half = halves.get(callId);
        if (half == null) {
            return Optional.empty();
        }
        Half joined = new Half(
                baseline == null ? half.baseline() : baseline, candidate == null ? half.candidate() : candidate);
        if (joined.baseline() == null || joined.candidate() == null) {
            halves.put(callId, joined);
            return Optional.empty();
        }
        halves.remove(callId);
        return Optional.of(joined);
    }
}
