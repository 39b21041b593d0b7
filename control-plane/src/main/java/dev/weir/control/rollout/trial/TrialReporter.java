package dev.weir.control.rollout.trial;

import dev.weir.control.accounting.ArmSums;
import dev.weir.control.rollout.experiment.ExperimentPlan;
import dev.weir.control.rollout.trial.GoalMeans.UserHistory;
import dev.weir.control.rollout.trial.TrialJudge.Seen;
import dev.weir.control.rollout.trial.TrialPlan.TrialArm;
import dev.weir.control.rollout.trial.TrialReport.ArmReport;
import dev.weir.control.rollout.trial.TrialReport.Estimate;
import dev.weir.control.rollout.trial.TrialReport.GoalReport;
import dev.weir.control.statistics.BetaArms;
import dev.weir.control.statistics.ClusteredMean;
import dev.weir.control.statistics.ConfidenceSequence;
import dev.weir.control.statistics.Interval;
import dev.weir.control.statistics.Multiplicity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.jspecify.annotations.Nullable;

/** Puts the numbers of a look together for people. Nothing decides by it. */
record TrialReporter(TrialPlan plan, TrialState state, Seen seen) {
    private static final double Z95 = 1.959963984540054;
    private static final double LN10 = Math.log(10);
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    TrialReport report(List<GoalMeans> means, double assignmentLogE) {
        Instant first = seen.firstAt();
        return new TrialReport(
                seen.at(),
                first == null
                        ? 0
                        : Math.max(0, Duration.between(first, seen.at()).toDays()),
                arms(),
                plan.adaptation() == null ? assignmentLogE / LN10 : null,
                -Math.log10(TrialJudge.ASSIGNMENT_ALPHA),
                goals(means.stream()
                        .filter(goal -> goal.arms().values().stream().anyMatch(arm -> arm.userCount() > 0))
                        .toList()));
    }

    private List<ArmReport> arms() {
        boolean bandit = plan.adaptation() != null;
        List<Double> best = bandit
                ? BetaArms.probabilitiesOfBest(state.histories().stream()
                        .map(arm -> new BetaArms.Arm(arm.rewardSum(), arm.missedSum()))
                        .toList())
                : List.of();
        List<ArmReport> reports = new ArrayList<>();
        for (int i = 0; i < plan.arms().size(); i++) {
            TrialArm arm = plan.arms().get(i);
            List<UserHistory> users = seen.users().stream()
                    .filter(user -> user.arm().equals(arm.name()))
                    .toList();
            ArmSums sums = users.stream().map(UserHistory::during).reduce(ArmSums.NONE, ArmSums::plus);
            reports.add(new ArmReport(
                    arm.name(),
                    arm.model(),
                    state.shares().get(i),
                    state.stoppedArms().contains(arm.name()),
                    users.size(),
                    sums.answeredCount(),
                    sums.failedCount(),
                    bandit ? best.get(i) : null,
                    bandit ? state.histories().get(i).observedCount() : null));
        }
        return reports;
    }

    private List<GoalReport> goals(List<GoalMeans> means) {
        List<Double> pValues = new ArrayList<>();
        means.forEach(goal -> plan.armNames().stream().skip(1).forEach(arm -> {
            Double p = p(goal, arm);
            if (p != null) {
                pValues.add(p);
            }
        }));
        List<Double> adjusted = new ArrayList<>(Multiplicity.holm(pValues));
        return means.stream()
                .map(goal -> new GoalReport(
                        goal.goal(),
                        goal.goal() == plan.primary(),
                        goal.goal().moreBetter(),
                        goal.varianceKept(),
                        plan.armNames().stream()
                                .map(arm -> estimate(goal, arm, adjusted))
                                .toList()))
                .toList();
    }

    /** In the order in which the p-values were collected, which are taken from the front. */
    private Estimate estimate(GoalMeans goal, String arm, List<Double> adjusted) {
        ClusteredMean mean = mean(goal, arm);
        Double middle = mean.userCount() == 0 ? null : mean.mean();
        double error = Math.sqrt(mean.variance());
        Double p = arm.equals(plan.control().name()) ? null : p(goal, arm);
        Interval once = p == null ? null : difference(goal, arm, Z95 * standardError(goal, arm));
        Interval always = p == null ? null : always(goal, arm);
        return new Estimate(
                arm,
                mean.userCount(),
                Math.round(mean.requestCount()),
                middle,
                finite(middle, -Z95 * error),
                finite(middle, Z95 * error),
                once == null ? null : (once.lower() + once.upper()) / 2,
                once == null ? null : once.lower(),
                once == null ? null : once.upper(),
                always == null ? null : always.lower(),
                always == null ? null : always.upper(),
                p,
                p == null ? null : adjusted.removeFirst());
    }

    private Interval always(GoalMeans goal, String arm) {
        ExperimentPlan rules = plan.experiment();
        double alpha = rules.sequenceAlpha() / rules.treatments().size();
        double count =
                mean(goal, arm).userCount() + mean(goal, plan.control().name()).userCount();
        return difference(
                goal,
                arm,
                ConfidenceSequence.narrowestAt(2 * plan.usersPerArmMin(), alpha)
                        .radius(count, standardError(goal, arm)));
    }

    private Interval difference(GoalMeans goal, String arm, double radius) {
        double difference =
                mean(goal, arm).mean() - mean(goal, plan.control().name()).mean();
        return new Interval(difference - radius, difference + radius);
    }

    /** Two-sided, of one look; null where there is too little to say. */
    private @Nullable Double p(GoalMeans goal, String arm) {
        double error = standardError(goal, arm);
        if (!(error > 0 && error < Double.POSITIVE_INFINITY)) {
            return null;
        }
        double difference =
                mean(goal, arm).mean() - mean(goal, plan.control().name()).mean();
        return 2 * NORMAL.survivalProbability(Math.abs(difference) / error);
    }

    private double standardError(GoalMeans goal, String arm) {
        return Math.sqrt(
                mean(goal, arm).variance() + mean(goal, plan.control().name()).variance());
    }

    private static ClusteredMean mean(GoalMeans goal, String arm) {
        Map<String, ClusteredMean> arms = goal.arms();
        return arms.getOrDefault(arm, ClusteredMean.NONE);
    }

    private static @Nullable Double finite(@Nullable Double middle, double radius) {
        return middle == null || !Double.isFinite(radius) ? null : middle + radius;
    }
}
