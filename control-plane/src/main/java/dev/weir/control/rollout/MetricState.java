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
 */
record MetricState(
        LabelEvidence evidence, ArmCounts inStage, RecentCounts recent, int missingTickCount, boolean acknowledged) {

    static MetricState initial(RolloutPlan plan) {
        return new MetricState(LabelEvidence.none(plan.restartCountMax()), ArmCounts.NONE, RecentCounts.NONE, 0, false);
    }

    MetricState after(ArmCounts counts, Duration covered, RolloutLimits limits) {
        return new MetricState(
                evidence.after(counts), inStage.plus(counts), recent.after(counts, covered, limits), 0, acknowledged);
    }

    MetricState missed() {
        return new MetricState(evidence, inStage, recent, missingTickCount + 1, acknowledged);
    }

    MetricState restarted() {
        return new MetricState(evidence.restarted(), inStage, recent, missingTickCount, acknowledged);
    }

    MetricState inNextStage() {
        return new MetricState(evidence, ArmCounts.NONE, RecentCounts.NONE, missingTickCount, false);
    }

    MetricState acknowledge() {
        return new MetricState(evidence, inStage, recent, missingTickCount, true);
    }

    /** The larger of both effects: new harm is not hidden by a long good past, and slow harm not by a quiet moment. */
    double measured(Harm harm, RolloutLimits limits) {
        double cumulative = inStage.candidateCount() < limits.candidateCountMin() ? Double.NaN : harm.measured(inStage);
        double latest =
                recent.sum().candidateCount() < limits.candidateCountMin() ? Double.NaN : harm.measured(recent.sum());
        return Double.isNaN(cumulative) ? latest : Double.isNaN(latest) ? cumulative : Math.max(cumulative, latest);
    }
}
