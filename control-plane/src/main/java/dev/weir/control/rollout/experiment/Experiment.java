package dev.weir.control.rollout.experiment;

import dev.weir.control.rollout.experiment.Verdict.Harmful;
import dev.weir.control.rollout.experiment.Verdict.NoDifference;
import dev.weir.control.rollout.experiment.Verdict.Running;
import dev.weir.control.rollout.experiment.Verdict.Winner;
import dev.weir.control.statistics.ClusteredMean;
import dev.weir.control.statistics.ConfidenceSequence;
import dev.weir.control.statistics.Interval;
import dev.weir.control.statistics.Multiplicity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Judges an experiment by its primary metric, of which more is better. It may be asked every day: before the horizon only a confidence
 * sequence can decide, at the horizon a fixed test does, once. A verdict other than "running" is final; whoever asks keeps it.
 */
public record Experiment(ExperimentPlan plan) {
    private static final Duration WEEK = Duration.ofDays(7);
    /** Below so many users on an arm no normal approximation is worth anything. */
    private static final long USERS_FOR_HARM = 100;

    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    /** One treatment less the control. */
    private record Comparison(String treatment, double userCount, double difference, double standardError) {}

    /**
     * What can be said now.
     *
     * @param observedFor full days since the first assignment
     * @param primary of each arm that goes on, one entry per user: a treatment that was stopped is left out
     */
    public Verdict judge(Duration observedFor, Map<String, ClusteredMean> primary) {
        ClusteredMean control = arm(primary, plan.control());
        List<Comparison> comparisons = plan.treatments().stream()
                .filter(primary::containsKey)
                .map(treatment -> compare(treatment, arm(primary, treatment), control))
                .toList();
        Optional<Verdict> harmful = comparisons.stream()
                .filter(comparison -> enough(primary, comparison.treatment(), USERS_FOR_HARM) && isHarmful(comparison))
                .findFirst()
                .map(comparison -> new Harmful(comparison.treatment(), comparison.difference()));
        if (harmful.isPresent()) {
            return harmful.get();
        }
        long users = primary.values().stream()
                .mapToLong(ClusteredMean::userCount)
                .min()
                .orElse(0);
        if (observedFor.compareTo(WEEK) < 0 || users < plan.usersPerArmMin()) {
            return new Running("%s (%d at least), %d of %d users on the smallest arm"
                    .formatted(days(observedFor), WEEK.toDays(), users, plan.usersPerArmMin()));
        }
        return observedFor.compareTo(plan.horizon()) < 0
                ? beforeHorizon(observedFor, comparisons)
                : atHorizon(comparisons);
    }

    private String days(Duration observedFor) {
        return observedFor.toDays() + " of " + plan.horizon().toDays() + " days";
    }

    private Verdict beforeHorizon(Duration observedFor, List<Comparison> comparisons) {
        double alpha = plan.sequenceAlpha() / plan.treatments().size();
        for (Comparison comparison : comparisons) {
            Interval interval = ConfidenceSequence.narrowestAt(2 * plan.usersPerArmMin(), alpha)
                    .around(comparison.difference(), comparison.userCount(), comparison.standardError());
            if (interval.lower() > 0) {
                return new Winner(comparison.treatment(), comparison.difference(), interval, false);
            }
            if (interval.upper() < 0) {
                return new Harmful(comparison.treatment(), comparison.difference());
            }
        }
        return new Running(days(observedFor) + ", and no difference is certain yet");
    }

    private Verdict atHorizon(List<Comparison> comparisons) {
        List<Double> pValues =
                new ArrayList<>(Collections.nCopies(plan.treatments().size(), 1.0)); // of those that were stopped
        for (int i = 0; i < comparisons.size(); i++) {
            Comparison comparison = comparisons.get(i);
            pValues.set(
                    i, 2 * NORMAL.survivalProbability(Math.abs(comparison.difference()) / comparison.standardError()));
        }
        List<Double> adjusted = Multiplicity.holm(pValues);
        List<Comparison> significant = new ArrayList<>();
        for (int i = 0; i < comparisons.size(); i++) {
            if (adjusted.get(i) < plan.horizonAlpha()) {
                significant.add(comparisons.get(i));
            }
        }
        double z = NORMAL.inverseSurvivalProbability(
                plan.horizonAlpha() / 2 / plan.treatments().size());
        return significant.stream()
                .max(Comparator.comparingDouble(Comparison::difference))
                .<Verdict>map(best -> best.difference() > 0
                        ? new Winner(
                                best.treatment(),
                                best.difference(),
                                new Interval(
                                        best.difference() - z * best.standardError(),
                                        best.difference() + z * best.standardError()),
                                true)
                        : new Harmful(best.treatment(), best.difference()))
                .orElseGet(NoDifference::new);
    }

    private boolean isHarmful(Comparison comparison) {
        double radius = ConfidenceSequence.narrowestAt(
                        2 * plan.usersPerArmMin(),
                        plan.harmAlpha() / plan.treatments().size())
                .oneSidedRadius(comparison.userCount(), comparison.standardError());
        return comparison.difference() + radius < 0;
    }

    private boolean enough(Map<String, ClusteredMean> primary, String treatment, long userCount) {
        return Math.min(
                        arm(primary, treatment).userCount(),
                        arm(primary, plan.control()).userCount())
                >= userCount;
    }

    private static Comparison compare(String treatment, ClusteredMean arm, ClusteredMean control) {
        return new Comparison(
                treatment,
                arm.userCount() + control.userCount(),
                arm.mean() - control.mean(),
                Math.sqrt(arm.variance() + control.variance()));
    }

    private static ClusteredMean arm(Map<String, ClusteredMean> primary, String name) {
        ClusteredMean arm = primary.get(name);
        if (arm == null) {
            throw new IllegalArgumentException(
                    "the arm has no numbers: " + name + "; give ClusteredMean.NONE for none");
        }
        return arm;
    }
}
