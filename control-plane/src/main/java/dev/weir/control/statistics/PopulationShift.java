package dev.weir.control.statistics;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * How far a sample's histogram has moved from a reference's. Each measure is large by chance alone where samples are small, so it comes
 * with the bound that chance would stay below.
 *
 * <p>PSI: Yurdakul and Naranjo, "Statistical properties of the population stability index", Journal of Risk Model Validation 14 (2020): under no shift
 * {@code PSI / (1/n + 1/m)} is chi-squared with one degree of freedom less than bins. Jensen-Shannon: Lin, IEEE Transactions on
 * Information Theory 37 (1991); the eighth is the leading term of both in the shares' differences.
 */
public final class PopulationShift {
    private final double[] reference;
    private final double[] sample;
    private final double countScale;

    private PopulationShift(double[] reference, double[] sample, double countScale) {
        this.reference = reference;
        this.sample = sample;
        this.countScale = countScale;
    }

    /** Of two histograms over the same bins. Half an event is added to each bin, so that an empty one is rare and not impossible. */
    public static PopulationShift between(long[] referenceCounts, long[] sampleCounts) {
        if (referenceCounts.length != sampleCounts.length || referenceCounts.length < 2) {
            throw new IllegalArgumentException("histograms need the same bins, two at least: " + referenceCounts.length
                    + " and " + sampleCounts.length);
        }
        double scale = 1.0 / Arrays.stream(referenceCounts).sum()
                + 1.0 / Arrays.stream(sampleCounts).sum();
        return new PopulationShift(shares(referenceCounts), shares(sampleCounts), scale);
    }

    /** The population stability index: 0 for equal histograms. */
    public double index() {
        double sum = 0;
        for (int i = 0; i < reference.length; i++) {
            sum += (sample[i] - reference[i]) * Math.log(sample[i] / reference[i]);
        }
        return sum;
    }

    /** What the index exceeds with this probability although nothing has moved. */
    public double indexByChance(double probability) {
        return countScale * ChiSquaredDistribution.of(reference.length - 1).inverseSurvivalProbability(probability);
    }

    /** The Jensen-Shannon distance with base 2: from 0 to 1. */
    public double jensenShannon() {
        double divergence = 0;
        for (int i = 0; i < reference.length; i++) {
            double mean = (reference[i] + sample[i]) / 2;
            divergence += reference[i] * Math.log(reference[i] / mean) + sample[i] * Math.log(sample[i] / mean);
        }
        return Math.sqrt(Math.max(0, divergence / 2 / Math.log(2)));
    }

    /**
     * What the distance exceeds with this probability although nothing has moved: where two histograms are close, their divergence is an eighth of
     * the index.
     */
    public double jensenShannonByChance(double probability) {
        return Math.sqrt(indexByChance(probability) / 8 / Math.log(2));
    }

    private static double[] shares(long[] counts) {
        double total = Arrays.stream(counts).sum() + counts.length / 2.0;
        return Arrays.stream(counts).mapToDouble(count -> (count + 0.5) / total).toArray();
    }
}
