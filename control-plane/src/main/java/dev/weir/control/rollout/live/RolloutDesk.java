package dev.weir.control.rollout.live;

import dev.weir.control.evaluation.StartGate;
import dev.weir.control.evaluation.StartGate.Clearance;
import dev.weir.control.evaluation.StartGate.Clearance.Overridden;
import dev.weir.control.evaluation.StartGate.Clearance.Refused;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.journal.CommandInbox.Answer;
import dev.weir.control.rollout.journal.CommandInbox.Waiting;
import dev.weir.control.rollout.journal.RolloutRecord;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Where people hand in plans and commands, on whichever replica: what they want is in the audit log before it is done. Who leads obeys.
 *
 * <p>Thread-safety: nothing is kept here.
 */
public final class RolloutDesk {
    private static final Duration LOOK_EVERY = Duration.ofMillis(25);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);

    private final RolloutStore store;
    private final ArmWeights weights;
    private final ChangeLog changes;
    private final StartGate gate;
    private final Scheduler timer;

    public RolloutDesk(RolloutStore store, ArmWeights weights, ChangeLog changes, StartGate gate, Scheduler timer) {
        this.store = store;
        this.weights = weights;
        this.changes = changes;
        this.gate = gate;
        this.timer = timer;
    }

    /**
     * Keeps a plan. Blocking.
     *
     * @param overridesGate whether it may be one that no evaluation has found good enough
     */
    public RolloutRecord plan(RolloutPlan plan, String actor, String reason, boolean overridesGate) {
        Clearance clearance =
                overridesGate ? new Overridden(actor, reason) : gate.check(plan.baseline(), plan.candidate());
        if (clearance instanceof Refused(var why)) {
            throw new IllegalArgumentException(
                    why + "; an administrator may override this with `overrideGate` and a reason");
        }
        return changes.change(
                actor,
                "rollout.create",
                plan.rolloutId(),
                _ -> Map.of(
                        "alias", plan.alias(),
                        "baseline", plan.baseline(),
                        "candidate", plan.candidate(),
                        "reason", reason,
                        "clearance", clearance.sentence()),
                _ -> {
                    store.journal().plan(plan, actor, reason, changes.now());
                    return store.journal().find(plan.rolloutId()).orElseThrow();
                });
    }

    /** Hands a command in and waits for what becomes of it; empty where nobody leads for too long: it waits then. */
    public Mono<Answer> command(String rolloutId, Command command) {
        return store.database()
                .<Boolean>ask(() -> handIn(rolloutId, command))
                .then(Mono.defer(() -> look(command.id()))
                        .repeatWhenEmpty(times -> times.delayElements(LOOK_EVERY, timer)))
                .timeout(ANSWER_MAX, Mono.empty(), timer);
    }

    private boolean handIn(String rolloutId, Command command) {
        boolean isNew = store.inbox().find(command.id()).isEmpty();
        if (isNew) {
            put(rolloutId, command);
        }
        // Looked at behind it: two may have come at once.
        Waiting kept = store.inbox().find(command.id()).orElseThrow();
        if (!kept.rolloutId().equals(rolloutId) || kept.command().verb() != command.verb()) {
            throw new IllegalArgumentException("the id '" + command.id() + "' is that of another command, "
                    + kept.command().verb() + " of " + kept.rolloutId() + ": give this one an id of its own");
        }
        return isNew;
    }

    private void put(String rolloutId, Command command) {
        changes.change(
                command.actor(),
                "rollout." + command.verb().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                rolloutId,
                _ -> Map.of("reason", command.reason()),
                _ -> {
                    store.inbox().put(rolloutId, command, changes.now());
                    return command;
                });
    }

    private Mono<Answer> look(String commandId) {
        return store.database()
                .<Optional<Answer>>ask(() -> {
                    Optional<Answer> answer = store.inbox().answerTo(commandId);
                    // It is answered before who leads has looked at what it means, and may be on another replica.
                    answer.ifPresent(_ -> weights.refresh());
                    return answer;
                })
                .flatMap(Mono::justOrEmpty);
    }
}
