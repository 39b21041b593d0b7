package dev.weir.bench.gateway;

import java.util.Comparator;
import java.util.List;

/**
 * One round: all ways, one after the other.
 *
 * @param ways what each took
 * @param cpuNanos that each one's control plane computed
 * @param stolenShare of the processors' time that the machine's host took for others meanwhile
 */
record Turn(List<Latencies> ways, List<Long> cpuNanos, double stolenShare) {
    /**
     * A round of which more is gone does not count, where there are others: for that long nothing here could run, and a hundredth of all
     * requests that met it would be a p99 of the host's.
     */
    static final double STOLEN_SHARE_MAX = 0.005;

    Turn {
        ways = List.copyOf(ways);
        cpuNanos = List.copyOf(cpuNanos);
    }

    boolean quiet() {
        return stolenShare <= STOLEN_SHARE_MAX;
    }

    /** As many as are asked for, those of which least was stolen: what they took has no say in it. */
    static List<Turn> quietest(List<Turn> all, int count) {
        return all.stream()
                .sorted(Comparator.comparingDouble(Turn::stolenShare))
                .limit(count)
                .toList();
    }
}
