package dev.weir.control.statistics;

/**
 * The difference of two independent shares, candidate less baseline, with Newcombe's hybrid score interval. Where neither arm has a bad
 * event a plain interval has no width and would call any candidate harmless after one request; this one does not.
 *
 * <p>Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17 (1998), method 10.
 */
public record ProportionDifference(Proportion candidate, Proportion baseline) {

    public static ProportionDifference of(ArmCounts counts) {
        return new ProportionDifference(
                new Proportion(counts.candidateBadCount(), counts.candidateCount()),
                new Proportion(counts.baselineBadCount(), counts.baselineCount()));
    }

    public double estimate() {
        return candidate.share() - baseline.share();
    }

    public Interval newcombe(double z) {
        Interval c = candidate.wilson(z);
        Interval b = baseline.wilson(z);
        double below = Math.hypot(candidate.share() - c.lower(), b.upper() - baseline.share());
        double above = Math.hypot(c.upper() - candidate.share(), baseline.share() - b.lower());
        return new Interval(estimate() - below, estimate() + above);
    }
}
