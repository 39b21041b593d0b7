package dev.weir.control.statistics;

/**
 * A share of events, with Wilson's interval: never empty, never outside 0 to 1, and right at shares near 0, where rates of errors are.
 *
 * <p>Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
 */
public record Proportion(long badCount, long count) {
    public Proportion {
        if (!(count > 0 && 0 <= badCount && badCount <= count)) {
            throw new IllegalArgumentException("bad events must be among those counted: " + badCount + " of " + count);
        }
    }

    public double share() {
        return badCount / (double) count;
    }

    /**
     * Wilson's interval.
     *
     * @param z the standard normal quantile: 1.96 for 95 %
     */
    public Interval wilson(double z) {
        double p = share();
        double zz = z * z / count;
        double centre = p + zz / 2;
        double half = z * Math.sqrt((p * (1 - p) + zz / 4) / count);
        // Rounding must not leave a hair between the bound and a share of exactly 0 or 1.
        double lower = badCount == 0 ? 0 : (centre - half) / (1 + zz);
        double upper = badCount == count ? 1 : (centre + half) / (1 + zz);
        return new Interval(lower, upper);
    }
}
