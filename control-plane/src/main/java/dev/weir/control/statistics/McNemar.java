package dev.weir.control.statistics;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Whether the new model fails cases that the old one passed, more often than the other way round: given how many cases changed, a fair
 * coin would say in which direction.
 *
 * <p>McNemar, Psychometrika 12 (1947), in its exact form.
 */
public final class McNemar {
    private McNemar() {}

    /** The probability, if neither is better, of at least so many cases that only the new one fails. */
    public static double oneSidedP(int onlyNewFailsCount, int onlyOldFailsCount) {
        int changedCount = Math.addExact(onlyNewFailsCount, onlyOldFailsCount);
        return onlyNewFailsCount == 0
                ? 1
                : BinomialDistribution.of(changedCount, 0.5).survivalProbability(onlyNewFailsCount - 1);
    }
}
