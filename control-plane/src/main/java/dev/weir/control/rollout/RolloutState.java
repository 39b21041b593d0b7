package dev.weir.control.rollout;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A rollout at one moment: a value, equal to any other that the same events lead to.
 *
 * @param weightRevision of the last weight that was set
 * @param holds why the clock stands still, in order; empty while it runs
 * @param rollbackWanted the sentence of a rollback that waits for its target to be healthy
 * @param commandIds the latest commands that were handled
 */
public record RolloutState(
        RolloutPlan plan,
        Phase phase,
        long weightRevision,
        long decisionCount,
        StageProgress progress,
        Map<Metric, MetricState> metrics,
        Intake intake,
        Vitals vitals,
        List<Hold> holds,
        Optional<RollbackWanted> rollbackWanted,
        List<String> commandIds) {
    public RolloutState {
        metrics = Map.copyOf(metrics);
        holds = List.copyOf(holds);
        commandIds = List.copyOf(commandIds);
    }

    /** Who wants a rollback that cannot be done yet, and why. */
    public record RollbackWanted(String actor, String sentence) {}

    /** Nothing has happened yet. */
    public static RolloutState planned(RolloutPlan plan) {
        Map<Metric, MetricState> metrics = new EnumMap<>(Metric.class);
        for (Guard guard : plan.guards()) {
            metrics.put(guard.metric(), MetricState.initial(plan));
        }
        return new RolloutState(
                plan,
                Phase.PLANNED,
                0,
                0,
                StageProgress.entering(plan, 0, Duration.ZERO),
                metrics,
                Intake.EMPTY,
                Vitals.UNKNOWN,
                List.of(),
                Optional.empty(),
                List.of());
    }

    /** The number that the next observation is to have. */
    public long nextObservationNumber() {
        return intake.next();
    }

    public Stage stage() {
        return plan.stage(progress.stageIndex());
    }

    public int stageIndex() {
        return progress.stageIndex();
    }

    /** Of new conversations, what the candidate answers now. */
    public double candidateShare() {
        return phase.isWatched() || phase == Phase.COMPLETED ? stage().candidateShare() : 0;
    }

    /** How much of the hold is over, in observed time without a reason to hold. */
    public Duration heldFor() {
        return progress.heldFor();
    }
}
