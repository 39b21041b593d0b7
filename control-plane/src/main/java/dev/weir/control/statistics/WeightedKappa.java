package dev.weir.control.statistics;

import java.util.List;

/**
 * How far two raters agree on an ordered scale, beyond chance, where being off by two is four times as bad as being off by one.
 *
 * <p>Cohen, "Weighted kappa", Psychological Bulletin 70 (1968).
 *
 * @param value 1 for full agreement, 0 for chance; 0, too, where one of them always says the same
 * @param count of what both rated
 */
public record WeightedKappa(double value, int count) {

    /** Of pairs of ratings, the one rater's first. */
    public static WeightedKappa of(List<int[]> pairs) {
        int n = pairs.size();
        double observed = 0;
        double byChance = 0;
        for (int[] one : pairs) {
            observed += square(one[0] - one[1]);
            for (int[] other : pairs) {
                byChance += square(one[0] - other[1]) / (double) n;
            }
        }
        return new WeightedKappa(byChance == 0 ? 0 : 1 - observed / byChance, n);
    }

    private static int square(int difference) {
        return difference * difference;
    }
}
