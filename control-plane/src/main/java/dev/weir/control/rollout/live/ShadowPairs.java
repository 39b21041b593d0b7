package dev.weir.control.rollout.live;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings together what is known of both versions' answers to the same request. Either half may be the first to come; one whose other half never
 * comes is forgotten when there are too many.
 *
 * <p>Thread-safety: locked, and short.
 *
 * @param <T> what is known of an answer
 */
public final class ShadowPairs<T> {
    private static final int PAIRS_MAX = 4_096;

    private final int pairsMax;
    private final Taker<T> taker;
    private final Map<String, Half<T>> halves = new LinkedHashMap<>();

    public ShadowPairs(Taker<T> taker) {
        this(PAIRS_MAX, taker);
    }

    /**
     * For halves that are large.
     *
     * @param pairsMax how many may wait for their other half
     */
    public ShadowPairs(int pairsMax, Taker<T> taker) {
        this.pairsMax = pairsMax;
        this.taker = taker;
    }

    /** Takes pairs. */
    @FunctionalInterface
    public interface Taker<T> {
        void paired(String rolloutId, T baseline, T candidate);
    }

    /** What is there of a pair. */
    private record Half<T>(@Nullable T baseline, @Nullable T candidate) {}

    /** There will be two halves of the call; of calls that have not begun nothing is kept. */
    public synchronized void begun(String callId) {
        if (halves.size() == pairsMax && !halves.containsKey(callId)) {
            halves.remove(halves.keySet().iterator().next());
        }
        halves.putIfAbsent(callId, new Half<>(null, null));
    }

    public void baseline(String rolloutId, String callId, T half) {
        complete(rolloutId, callId, half, null);
    }

    public void candidate(String rolloutId, String callId, T half) {
        complete(rolloutId, callId, null, half);
    }

    private void complete(String rolloutId, String callId, @Nullable T baseline, @Nullable T candidate) {
        join(callId, baseline, candidate).ifPresent(pair -> {
            if (pair.baseline() != null && pair.candidate() != null) {
                taker.paired(rolloutId, pair.baseline(), pair.candidate());
            }
        });
    }

    private synchronized Optional<Half<T>> join(String callId, @Nullable T baseline, @Nullable T candidate) {
        Half<T> half = halves.get(callId);
        if (half == null) {
            return Optional.empty();
        }
        Half<T> joined = new Half<>(
                baseline == null ? half.baseline() : baseline, candidate == null ? half.candidate() : candidate);
        if (joined.baseline() == null || joined.candidate() == null) {
            halves.put(callId, joined);
            return Optional.empty();
        }
        halves.remove(callId);
        return Optional.of(joined);
    }
}
