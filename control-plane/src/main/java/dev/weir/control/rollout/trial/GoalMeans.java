package dev.weir.control.rollout.trial;

import dev.weir.control.accounting.ArmSums;
import dev.weir.control.statistics.ClusteredMean;
import dev.weir.control.statistics.CovariateAdjustment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A goal's mean over the users of each arm, less what their pasts explain.
 *
 * @param arms in the order of the plan
 * @param varianceKept by that, of all arms together
 */
record GoalMeans(Goal goal, Map<String, ClusteredMean> arms, double varianceKept) {
    /** Of fewer a past explains nothing that chance does not. */
    private static final int KNOWN_USERS_MIN = 100;

    /**
     * What is known of a user.
     *
     * @param during since the trial began
     * @param before for a while before that
     */
    record UserHistory(String arm, ArmSums during, ArmSums before) {}

    static GoalMeans of(Goal goal, List<String> armNames, List<UserHistory> users) {
        List<UserHistory> counted =
                users.stream().filter(user -> goal.count(user.during()) > 0).toList();
        Map<String, ClusteredMean> plain = means(goal, armNames, counted, new double[counted.size()]);
        double[] pasts = pasts(goal, counted);
        if (pasts.length == 0) {
            return new GoalMeans(goal, plain, 1);
        }
        double[] outcomes = counted.stream()
                .mapToDouble(user -> goal.total(user.during()) / goal.count(user.during()))
                .toArray();
        CovariateAdjustment adjustment = CovariateAdjustment.learned(pasts, outcomes);
        double[] corrections = new double[pasts.length];
        for (int i = 0; i < pasts.length; i++) {
            corrections[i] = adjustment.adjusted(0, pasts[i]);
        }
        Map<String, ClusteredMean> adjusted = means(goal, armNames, counted, corrections);
        double kept = variance(adjusted) / variance(plain);
        // A past that explains nothing of sums over users, of whom some ask far more than others, had better be left
        // alone.
        return kept < 1 ? new GoalMeans(goal, adjusted, kept) : new GoalMeans(goal, plain, 1);
    }

    /** Of each user, whoever is new having the mean of all; empty where too few have one. */
    private static double[] pasts(Goal goal, List<UserHistory> users) {
        double[] known = users.stream()
                .filter(user -> goal.count(user.before()) > 0)
                .mapToDouble(user -> goal.total(user.before()) / goal.count(user.before()))
                .toArray();
        if (known.length < KNOWN_USERS_MIN) {
            return new double[0];
        }
        double sum = 0;
        for (double past : known) {
            sum += past;
        }
        double mean = sum / known.length;
        return users.stream()
                .mapToDouble(user ->
                        goal.count(user.before()) > 0 ? goal.total(user.before()) / goal.count(user.before()) : mean)
                .toArray();
    }

    private static Map<String, ClusteredMean> means(
            Goal goal, List<String> armNames, List<UserHistory> users, double[] corrections) {
        Map<String, ClusteredMean> means = new LinkedHashMap<>();
        armNames.forEach(arm -> means.put(arm, ClusteredMean.NONE));
        for (int i = 0; i < users.size(); i++) {
            UserHistory user = users.get(i);
            long count = goal.count(user.during());
            double total = goal.total(user.during()) + corrections[i] * count;
            means.computeIfPresent(user.arm(), (_, mean) -> mean.plusUser(total, (double) count));
        }
        return means;
    }

    private static double variance(Map<String, ClusteredMean> means) {
        return means.values().stream().mapToDouble(ClusteredMean::variance).sum();
    }

    /** So that more is better, whichever goal it is. */
    ClusteredMean oriented(String arm) {
        ClusteredMean mean = arms.getOrDefault(arm, ClusteredMean.NONE);
        return goal.moreBetter()
                ? mean
                : new ClusteredMean(
                        mean.userCount(),
                        mean.requestCount(),
                        -mean.sum(),
                        mean.sumSquares(),
                        -mean.crossProducts(),
                        mean.countSquares());
    }
}
