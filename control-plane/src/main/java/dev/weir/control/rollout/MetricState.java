package dev.weir.control.rollout;

import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.statistics.LabelEvidence;
import java.time.Duration;

/**
 * What is known of one metric.
 *
 * @param evidence over the whole rollout: stages change weights, and the evidence does not mind
 * @param inStage the current stage's counts
 * @param missingTickCount in a row, in which the metric could not be read
 * @param acknowledged whether this stage was paused for it already
 * @param warmUpCount of the candidate's first copies in the shadow, that were left out because its engine was warming up
 */
record MetricState(
        LabelEvidence evidence,
        ArmCounts inStage,
        RecentCounts recent,
        int missingTickCount,
        boolean acknowledged,
        long warmUpCount) {

    static MetricState initial(RolloutPlan plan) {
        return new MetricState(
                LabelEvidence.none(plan.restartCountMax()), ArmCounts.NONE, RecentCounts.NONE, 0, false, 0);
    }

    /** While the candidate warms up a tick is left out, of both arms: they are compared at the same time or not at all. */
    MetricState after(ArmCounts counts, Duration covered, RolloutLimits limits, long warmUpCountMin) {
        boolean warmsUp = warmUpCount < warmUpCountMin;
        ArmCounts counted = warmsUp ? ArmCounts.NONE : counts;
        return new MetricState(
                evidence.after(counted),
                inStage.plus(counted),
                recent.after(counted, covered, limits),
                0,
                acknowledged,
                warmsUp ? warmUpCount + counts.candidateCount() : warmUpCount);
    }

    MetricState missed() {
        return new MetricState(evidence, inStage, recent, missingTickCount + 1, acknowledged, warmUpCount);
    }

    MetricState restarted() {
        return new MetricState(evidence.restarted(), inStage, recent, missingTickCount, acknowledged, warmUpCount);
    }

    MetricState inNextStage() {
        return new MetricState(evidence, ArmCounts.NONE, RecentCounts.NONE, missingTickCount, false, warmUpCount);
    }

    MetricState acknowledge() {
        return new MetricState(evidence, inStage, recent, missingTickCount, true, warmUpCount);
    }

    /** The larger of both effects: new harm is not hidden by a long good past, and slow harm not by a quiet moment. */
    double measured(Harm harm, RolloutLimits limits) {
        double cumulative = inStage.candidateCount() < limits.candidateCountMin() ? Double.NaN : harm.measured(inStage);
        double latest =
                recent.sum().candidateCount() < limits.candidateCountMin() ? Double.NaN : harm.measured(recent.sum());
        return Double.isNaN(cumulative) ? latest : Double.isNaN(latest) ? cumulative : Math.max(cumulative, latest);
    }
}
