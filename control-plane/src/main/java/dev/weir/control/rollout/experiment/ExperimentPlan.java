package dev.weir.control.rollout.experiment;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;

/**
 * What is compared, for how long and with how many users, fixed before it begins.
 *
 * @param horizon when the one planned look is: whole weeks, as weekdays differ
 * @param usersPerArmMin before so many users on each arm nobody wins
 * @param horizonAlpha the error of the look at the horizon
 * @param sequenceAlpha the error of all looks before it together
 * @param harmAlpha the error of stopping an arm for harm, at any time
 */
public record ExperimentPlan(
        String experimentId,
        String control,
        List<String> treatments,
        Duration horizon,
        long usersPerArmMin,
        double horizonAlpha,
        double sequenceAlpha,
        double harmAlpha) {
    private static final Duration HORIZON_MIN = Duration.ofDays(7);
    private static final long USERS_MIN = 1_000;
    private static final int ARMS_MAX = 10;
    private static final double ALPHA_MAX = 0.05;
    /** Sums of decimal fractions are off by less. */
    private static final double ROUNDING = 1e-12;

    public ExperimentPlan {
        treatments = List.copyOf(treatments);
        if (experimentId.isBlank() || control.isBlank() || treatments.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("an experiment and its arms have names");
        }
        if (treatments.isEmpty() || treatments.size() >= ARMS_MAX) {
            throw new IllegalArgumentException("an experiment has 2 to 10 arms: " + (treatments.size() + 1));
        }
        if (treatments.contains(control) || new HashSet<>(treatments).size() < treatments.size()) {
            throw new IllegalArgumentException("an arm is named twice: " + control + ", " + treatments);
        }
        if (horizon.compareTo(HORIZON_MIN) < 0) {
            throw new IllegalArgumentException("horizon must be at least 7 days: " + horizon);
        }
        if (usersPerArmMin < USERS_MIN) {
            throw new IllegalArgumentException("usersPerArmMin must be at least " + USERS_MIN + ": " + usersPerArmMin);
        }
        if (!(horizonAlpha > 0 && sequenceAlpha > 0 && harmAlpha > 0)
                || !(horizonAlpha + sequenceAlpha + harmAlpha <= ALPHA_MAX + ROUNDING)) {
            throw new IllegalArgumentException("errors must be positive, and at most 0.05 together: %s, %s, %s"
                    .formatted(horizonAlpha, sequenceAlpha, harmAlpha));
        }
    }

    /** 5 % for all decisions together: 3.5 % at the horizon, 0.5 % before it, 1 % for harm. */
    public static ExperimentPlan standard(
            String experimentId, String control, List<String> treatments, Duration horizon) {
        return standard(experimentId, control, treatments, horizon, USERS_MIN);
    }

    /** The same with more users. */
    public static ExperimentPlan standard(
            String experimentId, String control, List<String> treatments, Duration horizon, long usersPerArmMin) {
        return new ExperimentPlan(experimentId, control, treatments, horizon, usersPerArmMin, 0.035, 0.005, 0.01);
    }
}
