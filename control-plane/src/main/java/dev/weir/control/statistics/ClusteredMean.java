package dev.weir.control.statistics;

/**
 * A mean over requests whose users were assigned: requests of one user are alike, so the variance is that of users. The ratio of two
 * sums, by the delta method: {@code Var = sum((S_u - R N_u)^2) / (K (K-1) mean(N)^2)}.
 *
 * <p>Deng, Knoblich and Lu, "Applying the delta method in metric analytics", KDD 2018, arXiv 1803.06336.
 *
 * @param userCount K
 * @param requestCount the sum of N_u
 * @param sum the sum of S_u
 * @param sumSquares of S_u squared, {@code crossProducts} of S_u N_u, {@code countSquares} of N_u squared
 */
public record ClusteredMean(
        long userCount, double requestCount, double sum, double sumSquares, double crossProducts, double countSquares) {
    public static final ClusteredMean NONE = new ClusteredMean(0, 0, 0, 0, 0, 0);

    /** With one user more: all of the user's requests. */
    public ClusteredMean plusUser(double valueSum, double count) {
        if (!(count > 0) || !Double.isFinite(valueSum)) {
            throw new IllegalArgumentException("a user has requests, and a finite sum: " + valueSum + " over " + count);
        }
        return new ClusteredMean(
                userCount + 1,
                requestCount + count,
                sum + valueSum,
                sumSquares + valueSum * valueSum,
                crossProducts + valueSum * count,
                countSquares + count * count);
    }

    public double mean() {
        return sum / requestCount;
    }

    /** Of the mean; infinite below two users. */
    public double variance() {
        if (userCount < 2) {
            return Double.POSITIVE_INFINITY;
        }
        double mean = mean();
        double residuals = Math.max(0, sumSquares - 2 * mean * crossProducts + mean * mean * countSquares);
        double countMean = requestCount / userCount;
        return residuals / (userCount * (userCount - 1.0) * countMean * countMean);
    }
}
