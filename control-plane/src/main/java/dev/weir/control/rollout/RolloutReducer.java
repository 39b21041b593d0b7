package dev.weir.control.rollout;

import dev.weir.control.rollout.Decision.Kind;
import dev.weir.control.rollout.Effect.Severity;
import dev.weir.control.rollout.Guard.Role;
import dev.weir.control.rollout.RolloutEvent.Commanded;
import dev.weir.control.rollout.RolloutEvent.Observed;
import dev.weir.control.rollout.RolloutEvent.TimePassed;
import dev.weir.control.rollout.RolloutEvent.VersionsProbed;
import dev.weir.control.statistics.ArmCounts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What happens to a rollout: {@code (state, event) -> (state, effects)}. No clock, no randomness, no I/O: the same events lead to the same
 * state and the same decisions, whoever replays them, however often, after whichever crash.
 */
public final class RolloutReducer {

    /** A state, and what is to be done on the way to it. */
    public record Step(RolloutState state, List<Effect> effects) {}

    public Step reduce(RolloutState state, RolloutEvent event) {
        if (state.phase().isTerminal() && !(event instanceof Commanded)) {
            return new Step(state, List.of());
        }
        Turn turn = new Turn(state, event.at());
        switch (event) {
            case Observed observed -> observed(turn, observed.observation());
            case TimePassed _ -> {
                turn.vitals = turn.vitals.tickPassed(state.plan().limits().missingTickCount());
                reconsiderHolds(turn);
            }
            case VersionsProbed probed -> {
                turn.vitals = turn.vitals.probed(probed.baselineHealthy(), probed.candidateHealthy());
                turn.rollBackIfWanted();
                reconsiderHolds(turn);
            }
            case Commanded commanded -> new Commands(turn).handle(commanded.command());
        }
        return turn.end();
    }

    private static void observed(Turn turn, Observation observation) {
        Intake.Ordered ordered =
                turn.intake.after(observation, turn.plan.limits().reorderTickCount());
        turn.intake = ordered.intake();
        for (Observation next : ordered.observations()) {
            if (turn.phase.isWatched()) {
                apply(turn, next);
            }
        }
    }

    private static void apply(Turn turn, Observation observation) {
        boolean warm = turn.stage().kind() == Stage.Kind.WARM;
        count(turn, observation, warm);
        if (!warm) {
            Optional<Guard> tripped = turn.guards.tripped(Role.GUARDRAIL, turn.metrics);
            if (tripped.isPresent()) {
                turn.rollBack(Decision.CONTROLLER, turn.guards.say(tripped.get(), turn.metrics) + ".");
                if (turn.phase.isTerminal()) {
                    return;
                }
            }
            pauseForSignal(turn);
        }
        reconsiderHolds(turn);
        if (turn.phase == Phase.RUNNING) {
            advance(turn, observation.covered());
        }
    }

    private static void count(Turn turn, Observation observation, boolean warm) {
        RolloutLimits limits = turn.plan.limits();
        boolean restarts =
                turn.progress.sinceRestart().plus(observation.covered()).compareTo(limits.restartEvery()) >= 0;
        boolean traffic = warm;
        if (!warm) {
            for (Guard guard : turn.plan.guards()) {
                ArmCounts counts = observation.counts().get(guard.metric());
                traffic |= counts != null
                        && !guard.metric().isJudged()
                        && counts.candidateCount() > 0
                        && counts.baselineCount() > 0;
                turn.metrics.computeIfPresent(guard.metric(), (metric, state) -> {
                    MetricState next = counts == null
                            ? state.missed()
                            : state.after(
                                    counts,
                                    observation.covered(),
                                    limits,
                                    limits.warmUpCount(turn.stage().kind(), metric));
                    return restarts ? next.restarted() : next;
                });
            }
        }
        turn.progress = turn.progress.after(observation, restarts);
        turn.vitals = turn.vitals.observed(traffic);
    }

    private static void pauseForSignal(Turn turn) {
        turn.guards.tripped(Role.SIGNAL, turn.metrics).ifPresent(guard -> {
            String sentence = "Paused: " + turn.guards.say(guard, turn.metrics) + "; a person decides.";
            turn.setPhase(Phase.PAUSED, Kind.PAUSED, Decision.CONTROLLER, sentence);
            turn.alert(Severity.WARNING, sentence);
            turn.metrics.computeIfPresent(guard.metric(), (_, state) -> state.acknowledge());
        });
    }

    private static void reconsiderHolds(Turn turn) {
        if (!turn.phase.isWatched()) {
            return;
        }
        List<Hold> before = turn.holds;
        List<Hold> now = turn.guards.holds(turn.progress, turn.metrics, turn.vitals);
        if (now.equals(before)) {
            return;
        }
        turn.holds = now;
        if (now.isEmpty()) {
            turn.decide(
                    Kind.RELEASED,
                    Decision.CONTROLLER,
                    "Nothing holds " + turn.stage().say() + " any more.");
            return;
        }
        String sentence = "Held at " + turn.stage().say() + ": "
                + now.stream().map(Hold::say).collect(Collectors.joining("; ")) + ".";
        turn.decide(Kind.HELD, Decision.CONTROLLER, sentence);
        if (before.isEmpty()) {
            turn.alert(Severity.WARNING, sentence);
        }
    }

    /** The clock runs, and at its end somebody looks. */
    private static void advance(Turn turn, Duration covered) {
        turn.progress = turn.progress.advanced(covered, turn.holds.isEmpty());
        if (turn.holds.isEmpty()) {
            if (turn.progress.heldFor().compareTo(turn.progress.required()) >= 0) {
                if (turn.stage().kind() == Stage.Kind.WARM) {
                    turn.complete();
                    return;
                }
                if (turn.guards.hasSamples(turn.progress, turn.metrics)) {
                    look(turn);
                    return;
                }
            }
        }
        Duration patience = Duration.ofMillis(
                Math.round(turn.stage().hold().toMillis() * turn.plan.limits().waitFactor()));
        if (turn.stage().kind() != Stage.Kind.WARM && turn.progress.waitedFor().compareTo(patience) >= 0) {
            giveUp(turn, "it could not end within " + Turn.say(patience) + " of observed time");
        }
    }

    private static void look(Turn turn) {
        List<Guard> unproven = turn.guards.unproven(turn.progress, turn.metrics);
        if (unproven.isEmpty()) {
            int next = turn.progress.stageIndex() + 1;
            turn.enter(
                    next,
                    Kind.PROMOTED,
                    Decision.CONTROLLER,
                    "Promoted from %s to %s: after %s every metric is shown to be within its limit."
                            .formatted(
                                    turn.stage().say(),
                                    turn.plan.stage(next).say(),
                                    Turn.say(turn.progress.heldFor())));
            return;
        }
        String which = unproven.stream().map(guard -> guard.metric().plural()).collect(Collectors.joining(", "));
        if (turn.progress.lookCount() >= turn.plan.limits().extensionCount()) {
            giveUp(turn, "its last look could not rule out too much harm: " + which);
            return;
        }
        // As long again: what matters is how many times as many samples there will be.
        Duration extension = turn.progress.heldFor();
        turn.progress = turn.progress.looked(extension);
        turn.decide(
                Kind.EXTENDED,
                Decision.CONTROLLER,
                "Extended %s by %s: too much harm cannot be ruled out yet: %s."
                        .formatted(turn.stage().say(), Turn.say(extension), which));
    }

    private static void giveUp(Turn turn, String why) {
        String sentence = "Inconclusive at " + turn.stage().say() + ": " + why + "; a person decides.";
        turn.setPhase(Phase.INCONCLUSIVE, Kind.INCONCLUSIVE, Decision.CONTROLLER, sentence);
        turn.alert(Severity.WARNING, sentence);
    }
}
