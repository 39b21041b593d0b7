package dev.weir.rollouts.traffic;

/** What goes wrong on the way from the traffic to the decision, for a while in every stage. */
public enum Disturbance {
    NONE,
    /** One metric is not a number: it cannot be read. */
    METRIC_UNREADABLE,
    /** No observation arrives. */
    NO_DATA,
    /** The judge does not answer. */
    JUDGE_AWAY,
    /** Observations are 60 s late. */
    LATE,
    /** The clock jumps an hour ahead, and back again. */
    CLOCK_JUMPS,
    /** The controller is killed and another one begins from the recorded events. */
    CONTROLLER_KILLED
}
