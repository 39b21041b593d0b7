package dev.weir.control.rollout;

import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Decision.Kind;

/** What people may do to a rollout, and when. A refusal says why and is kept like any other decision. */
record Commands(Turn turn) {

    void handle(Command command) {
        if (!turn.isNew(command)) {
            return;
        }
        if (turn.phase.isTerminal()) {
            refuse(command, "the rollout has ended; another try is another rollout");
            return;
        }
        if (turn.phase == Phase.PLANNED && command.verb() != Verb.START && command.verb() != Verb.ROLL_BACK) {
            refuse(command, "the rollout has not begun");
            return;
        }
        switch (command.verb()) {
            case START -> start(command);
            case PAUSE -> pause(command);
            case RESUME -> resume(command);
            case PROMOTE_ONE -> promote(command, turn.progress.stageIndex() + 1);
            case PROMOTE_FULL -> promote(command, turn.plan.stages().size() - 1);
            case EXTEND -> extend(command);
            case ROLL_BACK -> rollBack(command);
        }
    }

    private void start(Command command) {
        if (turn.phase != Phase.PLANNED) {
            refuse(command, "the rollout has begun already");
        } else if (!turn.vitals.baselineHealthy() || !turn.vitals.candidateHealthy()) {
            refuse(
                    command,
                    "both versions must be proven healthy first, and "
                            + (turn.vitals.baselineHealthy() ? turn.plan.candidate() : turn.plan.baseline())
                            + " is not");
        } else {
            turn.enter(
                    0,
                    Kind.STARTED,
                    command.actor(),
                    "Started with " + turn.plan.stage(0).say() + ": " + command.reason());
        }
    }

    private void pause(Command command) {
        if (turn.phase == Phase.RUNNING) {
            turn.setPhase(
                    Phase.PAUSED,
                    Kind.PAUSED,
                    command.actor(),
                    "Paused at " + turn.stage().say() + ": " + command.reason());
        } else {
            refuse(command, "the rollout is " + say(turn.phase) + ", not running");
        }
    }

    private void resume(Command command) {
        switch (turn.phase) {
            case PAUSED ->
                turn.setPhase(
                        Phase.RUNNING,
                        Kind.RESUMED,
                        command.actor(),
                        "Resumed at " + turn.stage().say() + ": " + command.reason());
            case INCONCLUSIVE -> refuse(command, "its looks are spent: extend it, promote it or roll it back");
            case PLANNED, RUNNING, COMPLETED, ROLLED_BACK -> refuse(command, "the rollout is not paused");
        }
    }

    private void promote(Command command, int stageIndex) {
        if (turn.stage().kind() == Stage.Kind.WARM) {
            refuse(command, "the candidate has everything already");
        } else if (!turn.vitals.candidateHealthy()) {
            refuse(command, turn.plan.candidate() + " is not proven healthy");
        } else {
            turn.enter(
                    stageIndex,
                    Kind.PROMOTED,
                    command.actor(),
                    "Promoted from %s to %s by hand: %s"
                            .formatted(
                                    turn.stage().say(),
                                    turn.plan.stage(stageIndex).say(),
                                    command.reason()));
        }
    }

    private void extend(Command command) {
        if (turn.phase == Phase.PAUSED) {
            refuse(command, "the rollout is paused: resume it first");
            return;
        }
        turn.progress = turn.progress.extended(turn.stage().hold().dividedBy(2));
        turn.setPhase(
                Phase.RUNNING,
                Kind.EXTENDED,
                command.actor(),
                "Extended " + turn.stage().say() + " by "
                        + Turn.say(turn.stage().hold().dividedBy(2)) + ": " + command.reason());
    }

    private void rollBack(Command command) {
        if (turn.phase == Phase.PLANNED) {
            turn.setPhase(
                    Phase.ROLLED_BACK,
                    Kind.ROLLED_BACK,
                    command.actor(),
                    "Given up before it began: " + command.reason());
        } else {
            turn.rollBack(command.actor(), command.reason());
        }
    }

    private void refuse(Command command, String why) {
        turn.decide(Kind.REFUSED, command.actor(), "Refused " + command.verb() + ": " + why + ".");
    }

    private static String say(Phase phase) {
        return switch (phase) {
            case PLANNED -> "planned";
            case RUNNING -> "running";
            case PAUSED -> "paused";
            case INCONCLUSIVE -> "inconclusive";
            case COMPLETED -> "completed";
            case ROLLED_BACK -> "rolled back";
        };
    }
}
