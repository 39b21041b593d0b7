package dev.weir.control.statistics;

/**
 * How many requests or judgements each arm had, and how many of them were bad.
 *
 * @param bothBadCount pairs of which both answers were bad, where both arms answered the same requests; 0 where they answer different ones
 */
public record ArmCounts(
        long candidateCount, long candidateBadCount, long baselineCount, long baselineBadCount, long bothBadCount) {
    public static final ArmCounts NONE = new ArmCounts(0, 0, 0, 0);

    public ArmCounts {
        if (!(0 <= bothBadCount
                && bothBadCount <= candidateBadCount
                && candidateBadCount <= candidateCount
                && bothBadCount <= baselineBadCount
                && baselineBadCount <= baselineCount)) {
            throw new IllegalArgumentException(
                    "bad events must be among those counted: candidate %d of %d, baseline %d of %d, both %d"
                            .formatted(
                                    candidateBadCount, candidateCount, baselineBadCount, baselineCount, bothBadCount));
        }
    }

    /** Of arms that answer different requests. */
    public ArmCounts(long candidateCount, long candidateBadCount, long baselineCount, long baselineBadCount) {
        this(candidateCount, candidateBadCount, baselineCount, baselineBadCount, 0);
    }

    public ArmCounts plus(ArmCounts other) {
        return new ArmCounts(
                candidateCount + other.candidateCount,
                candidateBadCount + other.candidateBadCount,
                baselineCount + other.baselineCount,
                baselineBadCount + other.baselineBadCount,
                bothBadCount + other.bothBadCount);
    }

    public ArmCounts minus(ArmCounts part) {
        return new ArmCounts(
                candidateCount - part.candidateCount,
                candidateBadCount - part.candidateBadCount,
                baselineCount - part.baselineCount,
                baselineBadCount - part.baselineBadCount,
                bothBadCount - part.bothBadCount);
    }

    /** The candidate's share of bad events; NaN before its first request. */
    public double candidateBadShare() {
        return candidateBadCount / (double) candidateCount;
    }

    /** The baseline's share of bad events; NaN before its first request. */
    public double baselineBadShare() {
        return baselineBadCount / (double) baselineCount;
    }

    /** Bad events of the candidate that the baseline does not share. */
    public long onlyCandidateBadCount() {
        return candidateBadCount - bothBadCount;
    }

    /** Bad events of the baseline that the candidate does not share. */
    public long onlyBaselineBadCount() {
        return baselineBadCount - bothBadCount;
    }
}
