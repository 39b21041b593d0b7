package dev.weir.engine.scheduling;

import java.util.Arrays;

/**
 * Learns the cost of steps from those that were made: of undisturbed ones by size, in powers of two, and of a prompt token from what steps
 * with prompts took beyond that. Averages forget with each new measurement, for contexts grow and machines get busy.
 */
public final class MeasuredStepCost implements StepCost {

    /** Of a new measurement; the rest is what was known. */
    private static final double NEW_SHARE = 0.25;

    /** The same where an undisturbed step took longer than was known: steps beside prompts find caches full of what these left there. */
    private static final double SLOWER_SHARE = 1.0 / 32;

    /** A step may have waited for a page, a collector or another process: more than this much growth is not believed at once. */
    private static final double GROWTH_MAX = 4;

    private final double[] undisturbedNanos = new double[Integer.SIZE];
    private double promptTokenNanos = UNKNOWN;

    /** Nothing is known. */
    public MeasuredStepCost() {
        Arrays.fill(undisturbedNanos, UNKNOWN);
    }

    @Override
    public long undisturbedNanos(int nextTokens) {
        return (long) undisturbedNanos[sizeClass(nextTokens)];
    }

    @Override
    public double promptTokenNanos() {
        return promptTokenNanos;
    }

    @Override
    public void measured(int nextTokens, int promptTokens, long nanos) {
        if (promptTokens == 0) {
            int size = sizeClass(nextTokens);
            double share = nanos > undisturbedNanos[size] ? SLOWER_SHARE : NEW_SHARE;
            undisturbedNanos[size] = blend(undisturbedNanos[size], (double) nanos, share);
        } else {
            double alone = nextTokens == 0 ? 0 : Math.max(undisturbedNanos[sizeClass(nextTokens)], 0);
            promptTokenNanos = blend(promptTokenNanos, Math.max(nanos - alone, 0) / promptTokens, NEW_SHARE);
        }
    }

    private static double blend(double known, double measured, double share) {
        return known <= 0 ? measured : known + share * (Math.min(measured, GROWTH_MAX * known) - known);
    }

    private static int sizeClass(int nextTokens) {
        return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(nextTokens);
    }
}
