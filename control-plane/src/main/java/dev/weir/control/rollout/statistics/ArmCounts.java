package dev.weir.control.rollout.statistics;

/** How many requests, judgements or pairs each arm had, and how many of them were bad. */
public record ArmCounts(long candidateCount, long candidateBadCount, long baselineCount, long baselineBadCount) {
    public static final ArmCounts NONE = new ArmCounts(0, 0, 0, 0);

    public ArmCounts {
        if (!(0 <= candidateBadCount
                && candidateBadCount <= candidateCount
                && 0 <= baselineBadCount
                && baselineBadCount <= baselineCount)) {
            throw new IllegalArgumentException(
                    "bad events must be among those counted: candidate %d of %d, baseline %d of %d"
                            .formatted(candidateBadCount, candidateCount, baselineBadCount, baselineCount));
        }
    }

    public ArmCounts plus(ArmCounts other) {
        return new ArmCounts(
                candidateCount + other.candidateCount,
                candidateBadCount + other.candidateBadCount,
                baselineCount + other.baselineCount,
                baselineBadCount + other.baselineBadCount);
    }

    public ArmCounts minus(ArmCounts part) {
        return new ArmCounts(
                candidateCount - part.candidateCount,
                candidateBadCount - part.candidateBadCount,
                baselineCount - part.baselineCount,
                baselineBadCount - part.baselineBadCount);
    }

    /** The candidate's share of bad events; NaN before its first request. */
    public double candidateBadShare() {
        return candidateBadCount / (double) candidateCount;
    }

    /** The baseline's share of bad events; NaN before its first request. */
    public double baselineBadShare() {
        return baselineBadCount / (double) baselineCount;
    }

    public boolean isEmpty() {
        return candidateCount == 0 && baselineCount == 0;
    }
}
