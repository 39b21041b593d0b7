package dev.weir.control.rollout.experiment;

/**
 * What an answer is worth: its quality, less its cost, less a penalty for being too slow, held within 0 and 1. The parts are recorded apart,
 * so that other prices can be tried on what happened.
 *
 * @param costWeight what costing the reference once is worth
 * @param costReference of an ordinary answer, in the same money
 * @param slowPenalty of an answer slower than promised
 */
public record Reward(double costWeight, double costReference, double slowPenalty) {
    public Reward {
        if (!(costWeight >= 0 && costReference > 0 && slowPenalty >= 0)) {
            throw new IllegalArgumentException("weights must not be negative, and the reference must be positive: "
                    + costWeight + ", " + costReference + ", " + slowPenalty);
        }
    }

    /**
     * The reward of one answer.
     *
     * @param quality from 0 to 1
     */
    public double of(double quality, double cost, boolean slow) {
        if (!(quality >= 0 && quality <= 1 && cost >= 0)) {
            throw new IllegalArgumentException(
                    "quality must be in [0, 1] and cost not negative: " + quality + ", " + cost);
        }
        return Math.clamp(quality - costWeight * cost / costReference - (slow ? slowPenalty : 0), 0, 1);
    }
}
