package dev.weir.control.statistics;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Whether scores over the same cases have fallen: if they had not, each difference could as well have had the other sign. All signs are tried
 * where there are few differences, or as many random ones as it takes; zeros say nothing and are left out.
 *
 * <p>Fisher, "The Design of Experiments" (1935), section 21; the estimate with one added to both counts by Phipson and Smyth, Statistical
 * Applications in Genetics and Molecular Biology 9 (2010).
 */
public final class PairedPermutation {
    private static final int EXACT_COUNT_MAX = 16;
    private static final int DRAW_COUNT = 20_000;
    private static final long SEED = 0x5EED;

    private PairedPermutation() {}

    /** The probability of a sum at least as low if neither is better. The same differences give the same number. */
    public static double oneSidedP(double[] differences) {
        double[] moved = Arrays.stream(differences).filter(d -> d != 0).toArray();
        double sum = Arrays.stream(moved).sum();
        double margin = 1e-12 * Arrays.stream(moved).map(Math::abs).sum();
        return moved.length <= EXACT_COUNT_MAX ? exact(moved, sum + margin) : drawn(moved, sum + margin);
    }

    private static double exact(double[] moved, double bound) {
        int lowCount = 0;
        for (int signs = 0; signs < 1 << moved.length; signs++) {
            double sum = 0;
            for (int i = 0; i < moved.length; i++) {
                sum += (signs >> i & 1) == 0 ? moved[i] : -moved[i];
            }
            lowCount += sum <= bound ? 1 : 0;
        }
        return lowCount / (double) (1 << moved.length);
    }

    private static double drawn(double[] moved, double bound) {
        SplittableRandom random = new SplittableRandom(SEED);
        int lowCount = 0;
        for (int draw = 0; draw < DRAW_COUNT; draw++) {
            double sum = 0;
            for (double difference : moved) {
                sum += random.nextBoolean() ? difference : -difference;
            }
            lowCount += sum <= bound ? 1 : 0;
        }
        return (lowCount + 1) / (double) (DRAW_COUNT + 1);
    }
}
