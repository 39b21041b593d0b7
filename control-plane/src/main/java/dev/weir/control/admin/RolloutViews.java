package dev.weir.control.admin;

import dev.weir.control.admin.RolloutOrders.GuardOrder;
import dev.weir.control.admin.RolloutOrders.StageOrder;
import dev.weir.control.admin.RolloutOrders.Template;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Decision;
import dev.weir.control.rollout.Guard;
import dev.weir.control.rollout.Phase;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReport;
import dev.weir.control.rollout.journal.RolloutRecord;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How rollouts are shown to people. */
final class RolloutViews {
    private RolloutViews() {}

    /** A rollout in one line. */
    record RolloutSummary(
            String id,
            String alias,
            String baseline,
            String candidate,
            Phase phase,
            int stageIndex,
            int stageCount,
            double candidateShare,
            @Nullable Double actualShare,
            boolean held,
            String sentence,
            Instant createdAt,
            String createdBy,
            Instant at) {
        static RolloutSummary of(RolloutRecord kept) {
            RolloutPlan plan = kept.plan();
            RolloutReport report = kept.report();
            return new RolloutSummary(
                    plan.rolloutId(),
                    plan.alias(),
                    plan.baseline(),
                    plan.candidate(),
                    report.phase(),
                    report.stageIndex(),
                    plan.stages().size(),
                    report.candidateShare(),
                    report.actualShare(),
                    !report.holds().isEmpty(),
                    report.sentence(),
                    kept.createdAt(),
                    kept.createdBy(),
                    report.at());
        }
    }

    /** A decision, the numbers it was made by beside it. */
    record DecisionView(
            long number,
            Instant at,
            Decision.Kind kind,
            int stageIndex,
            String actor,
            String sentence,
            List<ReadingView> readings) {
        static DecisionView of(Decision decision) {
            return new DecisionView(
                    decision.number(),
                    decision.at(),
                    decision.kind(),
                    decision.stageIndex(),
                    decision.actor(),
                    decision.sentence(),
                    decision.readings().stream().map(ReadingView::of).toList());
        }
    }

    /**
     * A metric at the time of a decision.
     *
     * @param warmUpCount of the candidate's first answers that are in none of these numbers: an engine that has just begun is slow
     */
    record ReadingView(
            String metric,
            long candidateCount,
            long candidateBadCount,
            long baselineCount,
            long baselineBadCount,
            @Nullable Double measured,
            double limit,
            double log10E,
            double log10Needed,
            long warmUpCount) {
        static ReadingView of(Decision.Reading reading) {
            return new ReadingView(
                    reading.metric().name(),
                    reading.inStage().candidateCount(),
                    reading.inStage().candidateBadCount(),
                    reading.inStage().baselineCount(),
                    reading.inStage().baselineBadCount(),
                    Double.isFinite(reading.measured()) ? reading.measured() : null,
                    reading.limit(),
                    reading.log10E(),
                    reading.log10Needed(),
                    reading.warmUpCount());
        }
    }

    /** Everything there is to say of a rollout. */
    record RolloutDetail(
            RolloutSummary summary,
            String reason,
            List<StageOrder> stages,
            List<GuardOrder> guards,
            RolloutReport report,
            @Nullable DecisionView lastDecision,
            List<DecisionView> decisions,
            List<Verb> allowed) {
        static RolloutDetail of(RolloutRecord kept, List<Decision> latest) {
            List<DecisionView> decisions = latest.stream().map(DecisionView::of).toList();
            return new RolloutDetail(
                    RolloutSummary.of(kept),
                    kept.reason(),
                    kept.plan().stages().stream().map(StageOrder::of).toList(),
                    kept.plan().guards().stream().map(GuardOrder::of).toList(),
                    kept.report(),
                    decisions.isEmpty() ? null : decisions.getFirst(),
                    decisions,
                    RolloutViews.allowed(kept.report()));
        }
    }

    /** What a plan begins with. */
    record TemplateView(Template template, List<StageOrder> stages, List<GuardOrder> guards) {
        static TemplateView of(Template template, List<Guard> guards) {
            return new TemplateView(
                    template,
                    RolloutPlan.standardStages(guards).stream()
                            .map(StageOrder::of)
                            .toList(),
                    guards.stream().map(GuardOrder::of).toList());
        }
    }

    private static List<Verb> allowed(RolloutReport report) {
        return switch (report.phase()) {
            case PLANNED -> List.of(Verb.START, Verb.ROLL_BACK);
            case RUNNING ->
                report.candidateShare() == 1
                        ? List.of(Verb.PAUSE, Verb.EXTEND, Verb.ROLL_BACK)
                        : List.of(Verb.PAUSE, Verb.PROMOTE_ONE, Verb.PROMOTE_FULL, Verb.EXTEND, Verb.ROLL_BACK);
            case PAUSED -> List.of(Verb.RESUME, Verb.PROMOTE_ONE, Verb.PROMOTE_FULL, Verb.ROLL_BACK);
            case INCONCLUSIVE -> List.of(Verb.EXTEND, Verb.PROMOTE_ONE, Verb.PROMOTE_FULL, Verb.ROLL_BACK);
            case COMPLETED, ROLLED_BACK -> List.of();
        };
    }
}
