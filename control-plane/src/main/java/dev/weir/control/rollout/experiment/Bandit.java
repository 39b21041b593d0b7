package dev.weir.control.rollout.experiment;

import dev.weir.control.statistics.BetaArms;
import java.util.Collections;
import java.util.List;

/**
 * Gives each arm the probability that it is best as its share, but never less than a floor. The shares it ends with are no evidence: of two
 * equal arms one often gets nearly all.
 *
 * <p>The floor is added and the rest scaled, {@code floor + (1 - K floor) p}; raising what lies below it and scaling all would take
 * from the arms just above it.
 *
 * @param floor each arm's least share
 * @param nurseryCount until every arm has been observed so often, all get the same
 * @param discount by which counts shrink with each update: 1 never forgets, 0.97 remembers some thirty updates
 */
public record Bandit(double floor, long nurseryCount, double discount) {
    public Bandit {
        if (!(floor >= 0 && floor < 1)) {
            throw new IllegalArgumentException("floor must be in [0, 1): " + floor);
        }
        if (nurseryCount < 0) {
            throw new IllegalArgumentException("nurseryCount must not be negative: " + nurseryCount);
        }
        if (!(discount > 0 && discount <= 1)) {
            throw new IllegalArgumentException("discount must be in (0, 1]: " + discount);
        }
    }

    /**
     * An arm's history.
     *
     * @param rewardSum discounted
     * @param missedSum what was missing to the full reward, discounted
     * @param observedCount undiscounted
     */
    public record Arm(double rewardSum, double missedSum, long observedCount) {
        public static final Arm NEW = new Arm(0, 0, 0);
    }

    /** An arm after an update in which so many answers earned so much, at most 1 each. */
    public Arm updated(Arm arm, double rewardSum, long count) {
        if (!(rewardSum >= 0 && rewardSum <= count)) {
            throw new IllegalArgumentException("each answer earns 0 to 1: " + rewardSum + " for " + count);
        }
        return new Arm(
                discount * arm.rewardSum() + rewardSum,
                discount * arm.missedSum() + count - rewardSum,
                arm.observedCount() + count);
    }

    /** The shares, 1 together; the same histories give the same bits. */
    public List<Double> shares(List<Arm> arms) {
        int count = arms.size();
        if (!(floor * count < 1)) {
            throw new IllegalArgumentException(
                    "a floor of " + floor + " leaves nothing to decide among " + count + " arms");
        }
        if (arms.stream().anyMatch(arm -> arm.observedCount() < nurseryCount)) {
            return Collections.nCopies(count, 1.0 / count);
        }
        return BetaArms.probabilitiesOfBest(arms.stream()
                        .map(arm -> new BetaArms.Arm(arm.rewardSum(), arm.missedSum()))
                        .toList())
                .stream()
                .map(best -> floor + (1 - count * floor) * best)
                .toList();
    }
}
