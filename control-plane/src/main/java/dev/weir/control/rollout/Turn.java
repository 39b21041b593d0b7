package dev.weir.control.rollout;

import dev.weir.control.rollout.Decision.Kind;
import dev.weir.control.rollout.Effect.Severity;
import dev.weir.control.rollout.RolloutReducer.Step;
import dev.weir.control.rollout.RolloutState.RollbackWanted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One event's turn: a copy of the state that may be written on, and the effects so far. It lives as long as one call of the reducer and is
 * seen by nobody else, so the reducer stays a function.
 */
final class Turn {
    private static final int COMMAND_IDS_MAX = 64;

    final RolloutPlan plan;
    final Guards guards;
    final Instant at;
    final Map<Metric, MetricState> metrics;
    Phase phase;
    StageProgress progress;
    Intake intake;
    Vitals vitals;
    List<Hold> holds;
    private long weightRevision;
    private long decisionCount;
    private Optional<RollbackWanted> rollbackWanted;
    private final List<String> commandIds;
    private final List<Effect> effects = new ArrayList<>();

    Turn(RolloutState state, Instant at) {
        this.plan = state.plan();
        this.guards = new Guards(plan);
        this.at = at;
        this.metrics = new EnumMap<>(state.metrics());
        this.phase = state.phase();
        this.progress = state.progress();
        this.intake = state.intake();
        this.vitals = state.vitals();
        this.holds = state.holds();
        this.weightRevision = state.weightRevision();
        this.decisionCount = state.decisionCount();
        this.rollbackWanted = state.rollbackWanted();
        this.commandIds = new ArrayList<>(state.commandIds());
    }

    Step end() {
        RolloutState state = new RolloutState(
                plan,
                phase,
                weightRevision,
                decisionCount,
                progress,
                metrics,
                intake,
                vitals,
                holds,
                rollbackWanted,
                commandIds);
        return new Step(state, List.copyOf(effects));
    }

    Stage stage() {
        return plan.stage(progress.stageIndex());
    }

    /** Whether the command is a new one. */
    boolean isNew(Command command) {
        if (commandIds.contains(command.id())) {
            return false;
        }
        if (commandIds.size() == COMMAND_IDS_MAX) {
            commandIds.removeFirst();
        }
        return commandIds.add(command.id());
    }

    void decide(Kind kind, String actor, String sentence) {
        decisionCount++;
        effects.add(new Effect.Keep(new Decision(
                decisionCount, at, kind, progress.stageIndex(), actor, sentence, guards.readings(metrics))));
    }

    void alert(Severity severity, String sentence) {
        effects.add(new Effect.Alert(severity, plan.alias() + ": " + sentence));
    }

    void setPhase(Phase next, Kind kind, String actor, String sentence) {
        phase = next;
        decide(kind, actor, sentence);
    }

    void enter(int stageIndex, Kind kind, String actor, String sentence) {
        decide(kind, actor, sentence);
        phase = Phase.RUNNING;
        progress = StageProgress.entering(plan, stageIndex, progress.sinceRestart());
        metrics.replaceAll((_, state) -> state.inNextStage());
        vitals = vitals.observed(true);
        holds = List.of();
        rollbackWanted = Optional.empty();
        setWeight(stage().candidateShare());
    }

    void complete() {
        setPhase(
                Phase.COMPLETED,
                Kind.COMPLETED,
                Decision.CONTROLLER,
                "Completed: " + plan.candidate() + " has served everything for " + say(progress.heldFor()) + "; "
                        + plan.baseline() + " may be unloaded.");
        effects.add(new Effect.Release(plan.baseline()));
    }

    /** At once where the baseline is proven healthy; otherwise as soon as it is. */
    void rollBack(String actor, String why) {
        if (!vitals.baselineHealthy()) {
            if (rollbackWanted.isEmpty()) {
                String sentence = "Rollback to " + plan.baseline()
                        + " waits until that is proven healthy: exchanging a bad model for a dead one helps nobody. "
                        + why;
                rollbackWanted = Optional.of(new RollbackWanted(actor, why));
                decide(Kind.ROLLBACK_BLOCKED, actor, sentence);
                alert(Severity.PAGE, sentence);
            }
            return;
        }
        String sentence = "Rolled back from " + stage().say() + ": " + why;
        setPhase(Phase.ROLLED_BACK, Kind.ROLLED_BACK, actor, sentence);
        rollbackWanted = Optional.empty();
        holds = List.of();
        setWeight(0);
        alert(Severity.PAGE, sentence);
        effects.add(new Effect.StartPostMortem(plan.rolloutId()));
    }

    void rollBackIfWanted() {
        rollbackWanted.ifPresent(wanted -> rollBack(wanted.actor(), wanted.sentence()));
    }

    private void setWeight(double candidateShare) {
        weightRevision++;
        effects.add(new Effect.SetWeight(plan.alias(), weightRevision, candidateShare));
    }

    static String say(Duration duration) {
        return duration.toMinutes() < 120 ? duration.toMinutes() + " min" : duration.toHours() + " h";
    }
}
