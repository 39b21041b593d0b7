package dev.weir.control.statistics;

/**
 * The difference of two shares over the same prompts: only the pairs of which one was bad count. Adding half a pair to each of the four
 * cells keeps the interval honest where few or none disagree.
 *
 * <p>Agresti and Min, "Simple improved confidence intervals for comparing matched proportions", Statistics in Medicine 24 (2005).
 *
 * @param onlyCandidateBadCount pairs of which only the candidate's answer was bad
 * @param onlyBaselineBadCount pairs of which only the baseline's answer was bad
 */
public record PairedDifference(long onlyCandidateBadCount, long onlyBaselineBadCount, long pairCount) {
    public PairedDifference {
        if (!(0 <= onlyCandidateBadCount
                && 0 <= onlyBaselineBadCount
                && pairCount > 0
                && onlyCandidateBadCount + onlyBaselineBadCount <= pairCount)) {
            throw new IllegalArgumentException("disagreeing pairs must be among the pairs: %d and %d of %d"
                    .formatted(onlyCandidateBadCount, onlyBaselineBadCount, pairCount));
        }
    }

    public double estimate() {
        return (onlyCandidateBadCount - onlyBaselineBadCount) / (double) pairCount;
    }

    public Interval agrestiMin(double z) {
        double count = pairCount + 2.0;
        double estimate = (onlyCandidateBadCount - onlyBaselineBadCount) / count;
        double disagreeing = (onlyCandidateBadCount + onlyBaselineBadCount + 1) / count;
        double half = z * Math.sqrt((disagreeing - estimate * estimate) / count);
        return new Interval(estimate - half, estimate + half);
    }
}
