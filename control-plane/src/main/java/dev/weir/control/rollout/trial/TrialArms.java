package dev.weir.control.rollout.trial;

import dev.weir.control.identity.Mirror;
import dev.weir.control.rollout.trial.TrialPlan.TrialArm;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The trials that go on, as of a moment ago; whoever begins or stops one sees it so, since it is looked at anew before they are told.
 * Thread-safe: readers see one map or the next, and never an older one.
 */
public final class TrialArms implements Mirror {
    private final TrialStore store;
    private volatile Map<String, TrialRecord> byAlias = Map.of();

    public TrialArms(TrialStore store) {
        this.store = store;
    }

    /** What somebody gets: an arm's model, or the control's without an arm for whoever does not take part. */
    public record Fallen(String model, String arm) {}

    @Override
    public synchronized void refresh() {
        Map<String, Long> now = store.running();
        Collection<TrialRecord> known = byAlias.values();
        if (known.size() == now.size()
                && known.stream()
                        .allMatch(trial -> Long.valueOf(trial.revision())
                                .equals(now.get(trial.plan().id())))) {
            return;
        }
        byAlias = now.keySet().stream()
                .flatMap(id -> store.find(id).stream())
                .filter(trial -> trial.endedAt() == null)
                .collect(Collectors.toUnmodifiableMap(trial -> trial.plan().alias(), Function.identity()));
    }

    /** The aliases that are in a trial. */
    public Set<String> aliases() {
        return byAlias.keySet();
    }

    public Collection<TrialRecord> all() {
        return byAlias.values();
    }

    /** What an alias that is in a trial means for a user; nobody in particular does not take part. */
    public Optional<Fallen> of(String alias, String tenant, String subject) {
        return Optional.ofNullable(byAlias.get(alias)).map(trial -> fallen(trial, tenant, subject));
    }

    private static Fallen fallen(TrialRecord trial, String tenant, String subject) {
        TrialPlan plan = trial.plan();
        Optional<String> drawn = subject.isEmpty()
                ? Optional.empty()
                : plan.adaptation() == null
                        ? plan.assignment().armOf(tenant, subject)
                        : plan.assignment().armOf(tenant, subject, trial.state().shares());
        return drawn.filter(arm -> !trial.state().stoppedArms().contains(arm))
                .flatMap(name -> plan.arms().stream()
                        .filter(arm -> arm.name().equals(name))
                        .findFirst())
                .map(arm -> new Fallen(arm.model(), plan.text(arm.name())))
                .orElseGet(() -> nobody(plan.control()));
    }

    private static Fallen nobody(TrialArm control) {
        return new Fallen(control.model(), "");
    }
}
