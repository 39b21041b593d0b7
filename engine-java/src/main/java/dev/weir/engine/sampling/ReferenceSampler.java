package dev.weir.engine.sampling;

import dev.weir.engine.request.LogitShifts;
import dev.weir.engine.request.SamplingParams;
import java.util.Arrays;
import java.util.Comparator;

/**
 * The rules of sampling, written to be read: shifts of logits, what is allowed at all, temperature, then top-k, top-p over what top-k left, min-p, then one draw by inverse CDF in
 * descending order of probability, ties by lower id. Native samplers are checked against it.
 *
 * <p><b>What is guaranteed.</b> Greedy ids are equal to a native sampler's for any logits. Drawn ids are equal but where the uniform number,
 * or a cut of top-p or min-p, falls within rounding of the boundary between two tokens: this class uses {@link Math#exp} and sums in
 * order of probability, a native one its own exponential in 32 bits and sums in order of id. Log-probabilities agree to about 1e-6 relative.
 */
public final class ReferenceSampler {

    private static final float LOWEST = Float.NEGATIVE_INFINITY;

    private final float[] logits;
    private final float highest;
    private final Integer[] descending;

    /** Ranks one row. NaN counts as the lowest logit there is, and an infinite one as the highest finite number. */
    public ReferenceSampler(float[] row) {
        logits = new float[row.length];
        descending = new Integer[row.length];
        float max = LOWEST;
        for (int id = 0; id < row.length; id++) {
            logits[id] = Float.isNaN(row[id]) ? LOWEST : Math.min(row[id], Float.MAX_VALUE);
            descending[id] = id;
            max = Math.max(max, logits[id]);
        }
        highest = max;
        // -0.0f and 0.0f are the same logit, which Float.compare would tell apart.
        Arrays.sort(
                descending,
                Comparator.<Integer>comparingDouble(id -> -(logits[id] + 0.0)).thenComparing(id -> id));
    }

    /** A row of which only the allowed tokens, a bit for each id, can be drawn; one of them always can, whatever the model makes of it. */
    public static ReferenceSampler of(float[] row, long[] allowed) {
        float[] masked = new float[row.length];
        for (int id = 0; id < row.length; id++) {
            boolean inside = id / Long.SIZE < allowed.length && (allowed[id / Long.SIZE] >>> id & 1) != 0;
            masked[id] = !inside ? LOWEST : row[id] >= -Float.MAX_VALUE ? row[id] : -Float.MAX_VALUE;
        }
        return new ReferenceSampler(masked);
    }

    /** A row whose logits are shifted, as weir.h has it, before anything else happens to them. */
    public static float[] shifted(float[] row, LogitShifts shifts) {
        float[] shifted = row.clone();
        for (int index = 0; index < shifts.count(); index++) {
            int id = shifts.tokenId(index);
            if (id < row.length) {
                float repetition = shifts.repetition(index);
                shifted[id] = (row[id] > 0 ? row[id] / repetition : row[id] * repetition) + shifts.bias(index);
            }
        }
        return shifted;
    }

    /** The token at {@code position} of its sequence; 0 for a row without any finite logit. */
    public int sample(SamplingParams sampling, long position) {
        if (sampling.temperature() == 0 || highest == LOWEST) {
            return descending[0];
        }
        double[] weights = weights(sampling.temperature());
        int kept = topK(sampling.topK());
        kept = topP(weights, kept, sampling.topP());
        kept = minP(weights, kept, sampling.minP());
        return descending[draw(weights, kept, Philox.uniform(sampling.seed(), position))];
    }

    /** The natural logarithm of the token's probability, temperature and cuts aside. */
    public float logprob(int tokenId) {
        if (highest == LOWEST) {
            return LOWEST;
        }
        double total = 0;
        for (float logit : logits) {
            total += Math.exp((double) logit - highest);
        }
        return (float) ((double) logits[tokenId] - highest - Math.log(total));
    }

    /** The id that is {@code rank}-th in descending order of probability, from 0. */
    public int ranked(int rank) {
        return descending[rank];
    }

    /** In descending order, as shares of the highest one's, which is 1. */
    private double[] weights(float temperature) {
        float scale =
                Math.min(1 / temperature, Float.MAX_VALUE); // so that a highest logit of 0 is not 0 times infinity
        double[] weights = new double[logits.length];
        for (int rank = 0; rank < weights.length; rank++) {
            weights[rank] = Math.exp((logits[descending[rank]] - highest) * scale);
        }
        return weights;
    }

    private int topK(int topK) {
        return topK == 0 ? logits.length : Math.min(topK, logits.length);
    }

    /** As many of the first {@code count} as it takes to hold the share {@code topP} of their mass. */
    private static int topP(double[] weights, int count, float topP) {
        if (topP == 1) {
            return count;
        }
        double enough = topP * mass(weights, count);
        double mass = 0;
        int kept = 0;
        while (kept < count && mass < enough) {
            mass += weights[kept++];
        }
        return kept;
    }

    private static int minP(double[] weights, int count, float minP) {
        int kept = count;
        while (kept > 1 && weights[kept - 1] < minP) {
            kept--;
        }
        return kept;
    }

    private static int draw(double[] weights, int count, float uniform) {
        double target = uniform * mass(weights, count);
        double mass = 0;
        int drawn = 0;
        for (int rank = 0; rank < count && mass <= target && weights[rank] > 0; rank++) {
            mass += weights[rank];
            drawn = rank;
        }
        return drawn;
    }

    private static double mass(double[] weights, int count) {
        double mass = 0;
        for (int rank = 0; rank < count; rank++) {
            mass += weights[rank];
        }
        return mass;
    }
}
