package dev.weir.control.evaluation.judge;

/**
 * How far two raters agree on passed and failed; the second is the one believed (people, or known labels).
 *
 * <p>Kappa: Cohen, Educational and Psychological Measurement 20 (1960).
 */
public record Agreement(int bothPassCount, int onlyFirstPassesCount, int onlySecondPassesCount, int bothFailCount) {
    public static final Agreement NONE = new Agreement(0, 0, 0, 0);

    private static final double KAPPA_MIN = 0.6;
    private static final double RATE_MIN = 0.7;
    private static final int COUNT_MIN = 100;

    public Agreement {
        if (bothPassCount < 0 || onlyFirstPassesCount < 0 || onlySecondPassesCount < 0 || bothFailCount < 0) {
            throw new IllegalArgumentException("counts are not negative");
        }
    }

    public Agreement plus(boolean firstPasses, boolean secondPasses) {
        return plus(new Agreement(
                firstPasses && secondPasses ? 1 : 0,
                firstPasses && !secondPasses ? 1 : 0,
                !firstPasses && secondPasses ? 1 : 0,
                !firstPasses && !secondPasses ? 1 : 0));
    }

    /** Both counts together. */
    public Agreement plus(Agreement other) {
        return new Agreement(
                bothPassCount + other.bothPassCount,
                onlyFirstPassesCount + other.onlyFirstPassesCount,
                onlySecondPassesCount + other.onlySecondPassesCount,
                bothFailCount + other.bothFailCount);
    }

    public int count() {
        return bothPassCount + onlyFirstPassesCount + onlySecondPassesCount + bothFailCount;
    }

    /** What the first passes. */
    public int firstPassesCount() {
        return bothPassCount + onlyFirstPassesCount;
    }

    /** What the second passes. */
    public int secondPassesCount() {
        return bothPassCount + onlySecondPassesCount;
    }

    /** Agreement beyond what chance gives; 0 where one of them always says the same, for then nothing can be told. */
    public double kappa() {
        double n = count();
        double observed = (bothPassCount + bothFailCount) / n;
        double firstPass = firstPassesCount() / n;
        double secondPass = secondPassesCount() / n;
        double chance = firstPass * secondPass + (1 - firstPass) * (1 - secondPass);
        return n == 0 || chance == 1 ? 0 : (observed - chance) / (1 - chance);
    }

    /** Of what the second passes, the share that the first passes, too. */
    public double truePositiveRate() {
        return ratio(bothPassCount, secondPassesCount());
    }

    /** Of what the second fails, the share that the first fails, too. */
    public double trueNegativeRate() {
        return ratio(bothFailCount, bothFailCount + onlyFirstPassesCount);
    }

    /** Whether a first rater who agrees so far with the second may stand in for it. */
    public boolean isTrustworthy() {
        return count() >= COUNT_MIN
                && kappa() >= KAPPA_MIN
                && truePositiveRate() >= RATE_MIN
                && trueNegativeRate() >= RATE_MIN;
    }

    private static double ratio(int part, int whole) {
        return whole == 0 ? 0 : part / (double) whole;
    }
}
