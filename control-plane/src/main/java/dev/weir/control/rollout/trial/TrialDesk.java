package dev.weir.control.rollout.trial;

import dev.weir.control.identity.ChangeLog;
import java.util.Map;

/** Where people begin and stop trials: what they want is in the audit log with it. Blocking. */
public final class TrialDesk {
    private final TrialStore store;
    private final ChangeLog changes;
    private final TrialArms arms;

    public TrialDesk(TrialStore store, ChangeLog changes, TrialArms arms) {
        this.store = store;
        this.changes = changes;
        this.arms = arms;
    }

    public void begin(TrialPlan plan, String actor, String reason) {
        changes.change(
                actor,
                "experiment.create",
                plan.id(),
                _ -> Map.of("alias", plan.alias(), "arms", plan.models(), "reason", reason),
                _ -> {
                    store.begin(plan, actor, reason, changes.now());
                    return plan.id();
                });
        arms.refresh();
    }

    public void stop(String id, String actor, String reason) {
        changes.change(actor, "experiment.stop", id, _ -> Map.of("reason", reason), _ -> {
            store.stop(id, actor, reason, changes.now());
            return id;
        });
        arms.refresh();
    }
}
