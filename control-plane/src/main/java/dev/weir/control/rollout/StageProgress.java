package dev.weir.control.rollout;

import dev.weir.control.rollout.Observation.JudgeReport;
import dev.weir.control.statistics.AssignmentEvidence;
import java.time.Duration;
import java.util.Optional;

/**
 * How far the current stage is. All of its time is observed time.
 *
 * @param heldFor the clock that promotes: it stands still while there is a reason to hold
 * @param waitedFor the clock that gives up: it does not
 * @param required how long the hold has to be by now, with extensions
 * @param lookCount scheduled looks that were taken
 * @param sinceRestart since evidence last began anew
 * @param assignment where two arms share the traffic
 */
record StageProgress(
        int stageIndex,
        Duration heldFor,
        Duration waitedFor,
        Duration required,
        int lookCount,
        Duration sinceRestart,
        Optional<AssignmentEvidence> assignment,
        JudgeReport judged) {

    static StageProgress entering(RolloutPlan plan, int stageIndex, Duration sinceRestart) {
        Stage stage = plan.stage(stageIndex);
        Optional<AssignmentEvidence> assignment = stage.kind() == Stage.Kind.CANARY
                ? Optional.of(AssignmentEvidence.expecting(stage.candidateShare(), 1 - stage.candidateShare()))
                : Optional.empty();
        return new StageProgress(
                stageIndex,
                Duration.ZERO,
                Duration.ZERO,
                stage.hold(),
                0,
                sinceRestart,
                assignment,
                JudgeReport.NOTHING_ASKED);
    }

    StageProgress after(Observation observation, boolean restarts) {
        return new StageProgress(
                stageIndex,
                heldFor,
                waitedFor,
                required,
                lookCount,
                restarts ? Duration.ZERO : sinceRestart.plus(observation.covered()),
                assignment.map(
                        evidence -> evidence.after(observation.candidateUnitCount(), observation.baselineUnitCount())),
                judged.plus(observation.judge()));
    }

    /** Time went by, and if nothing was in the way it counts. */
    StageProgress advanced(Duration covered, boolean counts) {
        return new StageProgress(
                stageIndex,
                counts ? heldFor.plus(covered) : heldFor,
                waitedFor.plus(covered),
                required,
                lookCount,
                sinceRestart,
                assignment,
                judged);
    }

    StageProgress looked(Duration extension) {
        return new StageProgress(
                stageIndex,
                heldFor,
                waitedFor,
                required.plus(extension),
                lookCount + 1,
                sinceRestart,
                assignment,
                judged);
    }

    /** By a person: the clock that gives up begins again, too. */
    StageProgress extended(Duration extension) {
        return new StageProgress(
                stageIndex,
                heldFor,
                Duration.ZERO,
                (heldFor.compareTo(required) > 0 ? heldFor : required).plus(extension),
                lookCount,
                sinceRestart,
                assignment,
                judged);
    }
}
