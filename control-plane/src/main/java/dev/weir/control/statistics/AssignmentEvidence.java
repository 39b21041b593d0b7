package dev.weir.control.statistics;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.numbers.gamma.LogGamma;

/**
 * The evidence that units are not assigned in the ratio they were meant to be ("sample ratio mismatch"): an e-process, so it may be asked
 * after every unit. Under the alternative the shares are drawn once from a Dirichlet distribution around the intended ones; the more
 * concentrated that is, the smaller the mismatch it looks for.
 *
 * <p>Lindon and Malek, "Anytime-Valid Inference for Multinomial Count Data" (2022), arXiv 2011.03567, equation 5.
 */
public final class AssignmentEvidence {
    private static final double CONCENTRATION = 100;

    private final double[] shares;
    private final long[] counts;
    /** Asked for more often than it changes. */
    private final double logE;

    private AssignmentEvidence(double[] shares, long[] counts) {
        this.shares = shares;
        this.counts = counts;
        this.logE = logOdds();
    }

    /**
     * No evidence yet.
     *
     * @param shares what each arm is meant to get: positive, and 1 together
     */
    public static AssignmentEvidence expecting(double... shares) {
        double sum = Arrays.stream(shares).sum();
        if (shares.length < 2 || Arrays.stream(shares).anyMatch(share -> !(share > 0)) || !(Math.abs(sum - 1) < 1e-9)) {
            throw new IllegalArgumentException(
                    "two or more positive shares must make 1 together: " + Arrays.toString(shares));
        }
        return new AssignmentEvidence(shares.clone(), new long[shares.length]);
    }

    /** With as many more units on each arm. */
    public AssignmentEvidence after(long... unitCounts) {
        if (unitCounts.length != shares.length || Arrays.stream(unitCounts).anyMatch(count -> count < 0)) {
            throw new IllegalArgumentException(
                    shares.length + " counts of units are needed, none negative: " + Arrays.toString(unitCounts));
        }
        long[] sums = counts.clone();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += unitCounts[i];
        }
        return new AssignmentEvidence(shares, sums);
    }

    /** The natural logarithm of E. */
    public double logE() {
        return logE;
    }

    private double logOdds() {
        long total = 0;
        double sum = 0;
        for (int i = 0; i < shares.length; i++) {
            double prior = CONCENTRATION * shares[i];
            sum += LogGamma.value(prior + counts[i]) - LogGamma.value(prior) - counts[i] * Math.log(shares[i]);
            total += counts[i];
        }
        return sum + LogGamma.value(CONCENTRATION) - LogGamma.value(CONCENTRATION + total);
    }

    public boolean reaches(double alpha) {
        return logE() >= -Math.log(alpha);
    }

    public List<Long> counts() {
        return Arrays.stream(counts).boxed().toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AssignmentEvidence evidence
                && Arrays.equals(shares, evidence.shares)
                && Arrays.equals(counts, evidence.counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shares) + Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return "AssignmentEvidence[%s for %s]".formatted(Arrays.toString(counts), Arrays.toString(shares));
    }
}
