package dev.weir.control.rollout;

import dev.weir.control.rollout.Decision.Reading;
import dev.weir.control.rollout.Guard.Role;
import dev.weir.control.rollout.Hold.Reason;
import dev.weir.control.rollout.Observation.JudgeReport;
import dev.weir.control.rollout.Stage.Kind;
import dev.weir.control.statistics.ArmCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.statistics.distribution.NormalDistribution;

/** What a plan's guards say of the numbers so far. Questions only; the reducer acts. */
record Guards(RolloutPlan plan) {

    /** The first guard of this role whose harm is both too large and certain. */
    Optional<Guard> tripped(Role role, Map<Metric, MetricState> metrics) {
        return plan.guards().stream()
                .filter(guard -> guard.role() == role)
                .filter(guard -> isTripped(guard, stateOf(guard, metrics)))
                .findFirst();
    }

    private boolean isTripped(Guard guard, MetricState state) {
        return !state.acknowledged()
                && state.measured(guard.harm(), plan.limits()) >= guard.harm().limit()
                && state.evidence().reaches(plan.guardrailAlpha());
    }

    /** Every reason for the clock to stand still. */
    List<Hold> holds(StageProgress progress, Map<Metric, MetricState> metrics, Vitals vitals) {
        RolloutLimits limits = plan.limits();
        Stage stage = plan.stage(progress.stageIndex());
        List<Hold> holds = new ArrayList<>();
        if (vitals.quietTickCount() >= limits.missingTickCount()) {
            holds.add(Hold.of(Reason.DATA_MISSING));
        }
        if (!vitals.candidateHealthy()) {
            holds.add(Hold.of(Reason.CANDIDATE_NOT_HEALTHY));
        }
        if (!vitals.baselineHealthy()) {
            holds.add(Hold.of(Reason.BASELINE_NOT_HEALTHY));
        }
        if (stage.kind() == Kind.WARM) {
            return holds;
        }
        if (vitals.idleTickCount() >= limits.missingTickCount()) {
            holds.add(Hold.of(Reason.NO_TRAFFIC));
        }
        if (progress.assignment()
                .filter(evidence -> evidence.reaches(plan.stageAssignmentAlpha()))
                .isPresent()) {
            holds.add(Hold.of(Reason.ASSIGNMENT));
        }
        List<Guard> compared = compared(stage);
        if (compared.stream().anyMatch(guard -> guard.metric().isJudged())) {
            holdForJudge(progress.judged(), holds);
        }
        for (Guard guard : compared) {
            holdForMetric(guard, stateOf(guard, metrics), holds);
        }
        holds.sort(null);
        return holds;
    }

    private List<Guard> compared(Stage stage) {
        return plan.guards().stream()
                .filter(guard -> stage.compares(guard.metric()))
                .toList();
    }

    private void holdForJudge(JudgeReport judged, List<Hold> holds) {
        RolloutLimits limits = plan.limits();
        double candidate = judged.candidateCoverage();
        double baseline = judged.baselineCoverage();
        if (!judged.available()) {
            holds.add(Hold.of(Reason.JUDGE_UNAVAILABLE));
        }
        if (Math.min(candidate, baseline) < limits.judgeCoverageMin()
                || Math.abs(candidate - baseline) > limits.judgeCoverageDifferenceMax()) {
            holds.add(Hold.of(Reason.JUDGE_COVERAGE));
        }
    }

    private void holdForMetric(Guard guard, MetricState state, List<Hold> holds) {
        RolloutLimits limits = plan.limits();
        if (state.missingTickCount() >= limits.missingTickCount()) {
            holds.add(Hold.of(Reason.METRIC_MISSING, guard.metric()));
        }
        if (state.acknowledged()) {
            return; // A person has seen it and let the stage go on.
        }
        if (state.evidence().reaches(Math.min(0.5, limits.holdEvidenceFactor() * plan.guardrailAlpha()))) {
            holds.add(Hold.of(Reason.EVIDENCE, guard.metric()));
        } else if (state.inStage().candidateCount() >= limits.candidateCountMin()
                && guard.harm().isReached(state.inStage())) {
            holds.add(Hold.of(Reason.EFFECT, guard.metric()));
        }
    }

    /** Whether each metric has its minimum on both arms. */
    boolean hasSamples(StageProgress progress, Map<Metric, MetricState> metrics) {
        Stage stage = plan.stage(progress.stageIndex());
        return compared(stage).stream().allMatch(guard -> {
            ArmCounts counts = stateOf(guard, metrics).inStage();
            long least = Math.max(1, stage.countMin(guard.metric()));
            return counts.candidateCount() >= least && counts.baselineCount() >= least;
        });
    }

    /** The guards whose harm this scheduled look cannot rule out; none, where the stage has passed. */
    List<Guard> unproven(StageProgress progress, Map<Metric, MetricState> metrics) {
        Stage stage = plan.stage(progress.stageIndex());
        boolean paired = stage.kind() == Kind.SHADOW;
        double alpha = plan.limits().lookAlpha(progress.lookCount());
        double z = NormalDistribution.of(0, 1).inverseSurvivalProbability(alpha);
        return compared(stage).stream()
                .filter(guard -> !stateOf(guard, metrics).acknowledged())
                .filter(guard -> !(guard.harm().atMost(stateOf(guard, metrics).inStage(), paired, z)
                        < guard.harm().limit()))
                .toList();
    }

    List<Reading> readings(Map<Metric, MetricState> metrics) {
        return plan.guards().stream()
                .map(guard -> {
                    MetricState state = stateOf(guard, metrics);
                    return new Reading(
                            guard.metric(),
                            state.inStage(),
                            state.recent().sum(),
                            state.measured(guard.harm(), plan.limits()),
                            guard.harm().limit(),
                            state.evidence().logE() / Math.log(10),
                            -Math.log10(plan.guardrailAlpha()),
                            state.warmUpCount());
                })
                .toList();
    }

    /** "errors 4.9 % against 1.0 % (+3.9 points, limit +2.0 points), evidence 10^4.1 of 10^2.8 needed". */
    String say(Guard guard, Map<Metric, MetricState> metrics) {
        MetricState state = stateOf(guard, metrics);
        ArmCounts counts = guard.harm().isReached(state.inStage())
                ? state.inStage()
                : state.recent().sum();
        return String.format(
                Locale.ROOT,
                "%s %.1f %% against %.1f %% (%s, limit %s), evidence 10^%.1f of 10^%.1f needed",
                guard.metric().plural(),
                100 * counts.candidateBadShare(),
                100 * counts.baselineBadShare(),
                guard.harm().say(state.measured(guard.harm(), plan.limits())),
                guard.harm().say(guard.harm().limit()),
                state.evidence().logE() / Math.log(10),
                -Math.log10(plan.guardrailAlpha()));
    }

    private static MetricState stateOf(Guard guard, Map<Metric, MetricState> metrics) {
        MetricState state = metrics.get(guard.metric());
        if (state == null) {
            throw new IllegalStateException("a guarded metric has no state: " + guard.metric());
        }
        return state;
    }
}
