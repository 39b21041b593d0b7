package dev.weir.rollouts.traffic;

import dev.weir.control.rollout.Observation;

/** What happens in a tick of a rollout. */
public interface Traffic {

    /** The next tick's numbers. */
    Observation next(Position position);

    /** Since when the candidate does harm, in seconds of the rollout; NaN before. */
    double harmSinceSeconds();

    /**
     * Where a rollout is.
     *
     * @param number of the tick
     * @param seconds since it began
     * @param secondsInStage since its stage began
     */
    record Position(long number, double seconds, int stageIndex, double secondsInStage, double candidateShare) {}
}
