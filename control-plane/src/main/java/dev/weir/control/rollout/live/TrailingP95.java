package dev.weir.control.rollout.live;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;

/**
 * The 95th percentile of the latencies of the last half an hour, to 2 %: counts in bins that grow by that much, in pieces of a minute.
 *
 * <p>Thread-safety: none.
 */
final class TrailingP95 {
    private static final double GROWTH = 1.02;
    private static final double LOG_GROWTH = Math.log(GROWTH);
    /** The last bin holds whatever is longer than 20 minutes. */
    private static final int BINS = 1_056;

    private static final int PIECES_MAX = 30;
    private static final long PIECE_NANOS = Duration.ofMinutes(1).toNanos();
    /** Before so many a percentile is a rumour. */
    private static final long SAMPLES_MIN = 100;

    private static final double PROBABILITY = 0.95;

    private final Deque<Piece> pieces = new ArrayDeque<>();
    private final long[] bins = new long[BINS];
    private long count;

    /** What was counted in one minute. */
    private static final class Piece {
        private final long beginNanos;
        private final int[] bins = new int[BINS];

        Piece(long beginNanos) {
            this.beginNanos = beginNanos;
        }
    }

    void add(long micros, long nowNanos) {
        forget(nowNanos);
        if (pieces.isEmpty() || nowNanos - pieces.getLast().beginNanos >= PIECE_NANOS) {
            pieces.addLast(new Piece(nowNanos));
        }
        int bin = micros <= 1 ? 0 : Math.min(BINS - 1, (int) (Math.log((double) micros) / LOG_GROWTH));
        pieces.getLast().bins[bin]++;
        bins[bin]++;
        count++;
    }

    /** In microseconds; empty while too little is known. */
    OptionalDouble micros(long nowNanos) {
        forget(nowNanos);
        if (count < SAMPLES_MIN) {
            return OptionalDouble.empty();
        }
        long below = 0;
        int bin = 0;
        while (below + bins[bin] < PROBABILITY * count) {
            below += bins[bin++];
        }
        return OptionalDouble.of(Math.exp((bin + 1) * LOG_GROWTH));
    }

    private void forget(long nowNanos) {
        while (!pieces.isEmpty() && nowNanos - pieces.getFirst().beginNanos >= PIECES_MAX * PIECE_NANOS) {
            int[] old = pieces.removeFirst().bins;
            for (int i = 0; i < BINS; i++) {
                bins[i] -= old[i];
                count -= old[i];
            }
        }
    }
}
