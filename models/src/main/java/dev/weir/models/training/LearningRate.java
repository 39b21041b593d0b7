package dev.weir.models.training;

/**
 * Linear warm-up, then half a cosine down to the floor.
 *
 * @param peak the highest rate
 * @param floor the rate at the last step
 * @param warmupSteps steps from zero to the peak
 * @param steps the whole run
 */
public record LearningRate(float peak, float floor, int warmupSteps, int steps) {
    public LearningRate {
        if (!(peak > 0) || !(floor >= 0) || floor > peak || warmupSteps < 0 || steps <= warmupSteps) {
            throw new IllegalArgumentException("a schedule rises over %d of %d steps to %s and falls to %s"
                    .formatted(warmupSteps, steps, peak, floor));
        }
    }

    /** The rate of a step, counted from one. */
    public float at(long step) {
        if (step <= warmupSteps) {
            return peak * step / warmupSteps;
        }
        double progress = Math.min(1.0, (double) (step - warmupSteps) / (steps - warmupSteps));
        return (float) (floor + (peak - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
    }
}
