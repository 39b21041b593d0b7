package dev.weir.control.statistics;

/**
 * Intervals around a running mean that all contain the true one together, with probability {@code 1-alpha} asymptotically: at any time one
 * may look, and stop for what one sees. They are narrowest, relative to a fixed interval, at the number of observations that
 * {@code rho} was chosen for.
 *
 * <p>Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences",
 * Annals of Statistics 52 (2024), arXiv 2103.06476, theorem 2.2 and, for one side, proposition B.1.
 */
public record ConfidenceSequence(double alpha, double rho) {
    private static final int ITERATIONS = 60;

    public ConfidenceSequence {
        if (!(alpha > 0 && alpha < 1)) {
            throw new IllegalArgumentException("alpha must be in (0, 1): " + alpha);
        }
        if (!(rho > 0 && rho < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("rho must be positive and finite: " + rho);
        }
    }

    /**
     * The two-sided sequence that is narrowest after {@code expectedCount} observations. Its {@code y = 1 + expectedCount * rho^2} solves
     * {@code y - ln y = 1 - 2 ln alpha}, the branch -1 of Lambert's W; the iteration contracts by {@code 1/y}, and y is above 1.
     */
    public static ConfidenceSequence narrowestAt(long expectedCount, double alpha) {
        if (expectedCount < 1) {
            throw new IllegalArgumentException("expectedCount must be at least 1: " + expectedCount);
        }
        double constant = 1 - 2 * Math.log(alpha);
        double y = constant;
        for (int i = 0; i < ITERATIONS; i++) {
            y = constant + Math.log(y);
        }
        return new ConfidenceSequence(alpha, Math.sqrt((y - 1) / expectedCount));
    }

    /**
     * How far the true mean may be from the estimate, on either side.
     *
     * @param count observations so far; of a difference between arms, any number in proportion to both
     * @param standardError of the estimate after these observations
     */
    public double radius(double count, double standardError) {
        double x = count * rho * rho;
        return standardError * Math.sqrt((x + 1) / x * 2 * Math.log(Math.sqrt(x + 1) / alpha));
    }

    /** How far the true mean may be below the estimate, where nobody asks how far above: narrower than {@link #radius}. */
    public double oneSidedRadius(double count, double standardError) {
        double x = count * rho * rho;
        return standardError * Math.sqrt((x + 1) / x * 2 * Math.log1p(Math.sqrt(x + 1) / (2 * alpha)));
    }

    public Interval around(double estimate, double count, double standardError) {
        double radius = radius(count, standardError);
        return new Interval(estimate - radius, estimate + radius);
    }
}
