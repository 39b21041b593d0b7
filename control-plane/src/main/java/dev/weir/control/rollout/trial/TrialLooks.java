package dev.weir.control.rollout.trial;

import dev.weir.control.accounting.ArmLedger;
import dev.weir.control.accounting.ArmLedger.Opinion;
import dev.weir.control.accounting.ArmLedger.User;
import dev.weir.control.accounting.ArmSums;
import dev.weir.control.rollout.Decision;
import dev.weir.control.rollout.trial.GoalMeans.UserHistory;
import dev.weir.control.rollout.trial.TrialJudge.Look;
import dev.weir.control.rollout.trial.TrialJudge.Seen;
import dev.weir.control.storage.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at trials, on the replica that leads. A look locks its trial, so two replicas look in turn. Blocking; one thread looks. */
public final class TrialLooks {
    private static final Logger log = LoggerFactory.getLogger(TrialLooks.class);
    /** How far back users' pasts go. */
    private static final Duration PAST = Duration.ofDays(28);

    /** Pasts of more are read again with each look, since they would take too much room. */
    private static final int KEPT_USERS_MAX = 100_000;

    private final Map<String, Past> pasts = new HashMap<>();
    private final Database database;
    private final TrialStore store;
    private final ArmLedger ledger;
    private final BooleanSupplier leading;
    private final InstantSource clock;

    /** @param leading whether this replica leads */
    public TrialLooks(
            Database database, TrialStore store, ArmLedger ledger, BooleanSupplier leading, InstantSource clock) {
        this.database = database;
        this.store = store;
        this.ledger = ledger;
        this.leading = leading;
        this.clock = clock;
    }

    /**
     * What users did before a trial.
     *
     * @param until its first call
     */
    private record Past(Instant until, Map<User, ArmSums> byUser) {}

    /** One look at each trial that goes on. */
    public void look() {
        if (!leading.getAsBoolean()) {
            pasts.clear();
        } else {
            Set<String> running = store.running().keySet();
            pasts.keySet().retainAll(running);
            running.forEach(this::lookAt);
        }
    }

    /** What fails for one trial does not keep the others from being looked at. */
    private void lookAt(String id) {
        try {
            store.find(id).ifPresent(trial -> {
                // Before it is locked: a ledger of months takes long to read, and whoever stops a trial waits for the
                // lock, with everybody behind them who changes anything.
                Instant first = ledger.firstAt(trial.plan().texts()).orElse(null);
                List<UserHistory> users = users(trial.plan(), first);
                database.<Boolean>inTransaction(() ->
                        store.lock(id).map(locked -> look(locked, first, users)).orElse(false));
            });
        } catch (RuntimeException failure) {
            log.warn("experiment {} was not looked at: {}", id, failure.getMessage());
        }
    }

    /** The opinions that are taken count with the state that they lead to, or not at all. */
    private boolean look(TrialRecord trial, @Nullable Instant first, List<UserHistory> users) {
        TrialPlan plan = trial.plan();
        List<Opinion> opinions = plan.adaptation() == null ? List.of() : ledger.takeOpinions(plan.modelsByText());
        Look look = new TrialJudge(plan).look(trial.state(), new Seen(clock.instant(), first, users, opinions));
        store.keep(plan.id(), look, Decision.CONTROLLER);
        look.sentences().forEach(sentence -> log.info("experiment {}: {}", plan.id(), sentence));
        return true;
    }

    private List<UserHistory> users(TrialPlan plan, @Nullable Instant first) {
        if (first == null) {
            return List.of();
        }
        Map<User, ArmSums> before = before(plan, first);
        List<UserHistory> users = new ArrayList<>();
        ledger.during(plan.modelsByText(), first, clock.instant())
                .forEach((user, sums) -> users.add(
                        new UserHistory(plan.armOf(user.arm()), sums, before.getOrDefault(user.user(), ArmSums.NONE))));
        return users;
    }

    /** It hardly changes any more, and is most of what there is to read. */
    private Map<User, ArmSums> before(TrialPlan plan, Instant first) {
        Past known = pasts.get(plan.id());
        if (known != null && known.until().equals(first)) {
            return known.byUser();
        }
        Map<User, ArmSums> read = ledger.before(plan.models(), first.minus(PAST), first);
        if (read.size() <= KEPT_USERS_MAX) {
            pasts.put(plan.id(), new Past(first, read));
        }
        return read;
    }
}
