package dev.weir.rollouts.rival;

import dev.weir.control.statistics.ArmCounts;

/** A rule that looks at the errors of each tick and says when it would roll back. It is asked until it does. */
public interface Rival {

    /** Whether it rolls back after this tick. */
    boolean rollsBackAfter(ArmCounts tick, boolean stageEnds);
}
