package dev.weir.control.rollout.experiment;

import dev.weir.control.statistics.Interval;

/** What an experiment has shown so far. */
public sealed interface Verdict {

    /** Nothing yet. */
    record Running(String why) implements Verdict {}

    /**
     * The treatment is better than the control.
     *
     * @param atHorizon whether it took until the planned look
     */
    record Winner(String treatment, double difference, Interval interval, boolean atHorizon) implements Verdict {}

    /** The treatment is worse than the control, and should stop. */
    record Harmful(String treatment, double difference) implements Verdict {}

    /** The horizon was reached and no arm differs. */
    record NoDifference() implements Verdict {}
}
