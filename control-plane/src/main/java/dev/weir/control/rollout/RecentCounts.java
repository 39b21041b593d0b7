package dev.weir.control.rollout;

import dev.weir.control.statistics.ArmCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The counts of the most recent span of observed time, which moves on in pieces.
 *
 * @param pieces oldest first; the last one is still being filled
 * @param filled how much of its time the last piece has seen
 * @param sum of all pieces
 */
record RecentCounts(List<ArmCounts> pieces, Duration filled, ArmCounts sum) {
    static final RecentCounts NONE = new RecentCounts(List.of(ArmCounts.NONE), Duration.ZERO, ArmCounts.NONE);

    RecentCounts after(ArmCounts counts, Duration covered, RolloutLimits limits) {
        List<ArmCounts> next = new ArrayList<>(pieces);
        next.set(next.size() - 1, next.getLast().plus(counts));
        ArmCounts total = sum.plus(counts);
        Duration spent = filled.plus(covered);
        if (spent.compareTo(limits.recentPiece()) >= 0) {
            next.add(ArmCounts.NONE);
            spent = Duration.ZERO;
        }
        // One piece more than the span, since the last one is not full.
        if (next.size() > limits.recentPieceCount() + 1) {
            total = total.minus(next.removeFirst());
        }
        return new RecentCounts(List.copyOf(next), spent, total);
    }
}
