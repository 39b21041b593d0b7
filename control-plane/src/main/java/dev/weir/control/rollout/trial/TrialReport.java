package dev.weir.control.rollout.trial;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a trial stood at its latest look, with the numbers that it was judged by.
 *
 * @param dayCount full days since the first call
 * @param assignmentLog10E the evidence that users do not fall on arms as they should; null of a bandit, whose shares move
 * @param goals the primary first; of those that nobody has said anything of there is none
 */
public record TrialReport(
        Instant at,
        long dayCount,
        List<ArmReport> arms,
        @Nullable Double assignmentLog10E,
        double assignmentLog10Needed,
        List<GoalReport> goals) {
    public TrialReport {
        arms = List.copyOf(arms);
        goals = List.copyOf(goals);
    }

    /**
     * An arm.
     *
     * @param probabilityOfBest of a bandit's
     * @param rewardedCount of a bandit's, answers that something was learned from
     */
    public record ArmReport(
            String name,
            String model,
            double share,
            boolean stopped,
            long userCount,
            long requestCount,
            long failedCount,
            @Nullable Double probabilityOfBest,
            @Nullable Long rewardedCount) {}

    /**
     * A goal on every arm.
     *
     * @param varianceKept what is left of the estimates' variance once users' pasts are taken out; 1 where nothing is known of them
     */
    public record GoalReport(
            Goal goal, boolean primary, boolean moreBetter, double varianceKept, List<Estimate> estimates) {
        public GoalReport {
            estimates = List.copyOf(estimates);
        }
    }

    /**
     * A goal on one arm.
     *
     * @param lower end of the mean's 95 % interval
     * @param difference to the control; null of the control
     * @param differenceLower end of its 95 % interval, which holds for one look
     * @param alwaysLower end of the one that holds for all looks together
     * @param adjustedP by Holm, over all goals and treatments
     */
    public record Estimate(
            String arm,
            long userCount,
            long observationCount,
            @Nullable Double mean,
            @Nullable Double lower,
            @Nullable Double upper,
            @Nullable Double difference,
            @Nullable Double differenceLower,
            @Nullable Double differenceUpper,
            @Nullable Double alwaysLower,
            @Nullable Double alwaysUpper,
            @Nullable Double p,
            @Nullable Double adjustedP) {}
}
