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
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Looks at trials now and then, on the replica that leads. A look locks its trial, so two replicas look in turn. */
public final class TrialLoop implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(TrialLoop.class);
    /** How far back users' pasts go. */
    private static final Duration PAST = Duration.ofDays(28);

    private final Database database;
    private final TrialStore store;
    private final ArmLedger ledger;
    private final BooleanSupplier leading;
    private final Duration every;
    private final InstantSource clock;
    private final Scheduler timer;
    private volatile @Nullable Disposable running;

    /**
     * A loop that has not begun.
     *
     * @param leading whether this replica leads
     * @param every how often it looks
     */
    public TrialLoop(
            Database database,
            TrialStore store,
            ArmLedger ledger,
            BooleanSupplier leading,
            Duration every,
            InstantSource clock,
            Scheduler timer) {
        this.database = database;
        this.store = store;
        this.ledger = ledger;
        this.leading = leading;
        this.every = every;
        this.clock = clock;
        this.timer = timer;
    }

    @Override
    public void start() {
        running = Mono.delay(every, timer)
                .then(database.ask(this::lookAtAll))
                .repeat()
                .subscribe();
    }

    @Override
    public void stop() {
        Disposable looking = running;
        if (looking != null) {
            looking.dispose();
            running = null;
        }
    }

    @Override
    public boolean isRunning() {
        return running != null;
    }

    @Override
    public int getPhase() {
        return Database.PHASE + 1;
    }

    private Boolean lookAtAll() {
        if (leading.getAsBoolean()) {
            try {
                store.running().keySet().forEach(this::lookAt);
            } catch (RuntimeException failure) {
                log.warn("nobody looks at experiments: {}", failure.getMessage());
            }
        }
        return true;
    }

    /** What fails for one trial does not keep the others from being looked at. */
    private void lookAt(String id) {
        try {
            database.<Boolean>inTransaction(() -> store.lock(id).map(this::look).orElse(false));
        } catch (RuntimeException failure) {
            log.warn("experiment {} was not looked at: {}", id, failure.getMessage());
        }
    }

    /** The opinions that are taken count with the state that they lead to, or not at all. */
    private boolean look(TrialRecord trial) {
        TrialPlan plan = trial.plan();
        Instant first = ledger.firstAt(plan.texts()).orElse(null);
        List<Opinion> opinions = plan.adaptation() == null ? List.of() : ledger.takeOpinions(plan.texts());
        Look look = new TrialJudge(plan)
                .look(trial.state(), new Seen(clock.instant(), first, users(plan, first), opinions));
        store.keep(plan.id(), look, Decision.CONTROLLER);
        look.sentences().forEach(sentence -> log.info("experiment {}: {}", plan.id(), sentence));
        return true;
    }

    private List<UserHistory> users(TrialPlan plan, @Nullable Instant first) {
        if (first == null) {
            return List.of();
        }
        Map<User, ArmSums> before = ledger.before(plan.models(), first.minus(PAST), first);
        List<UserHistory> users = new ArrayList<>();
        ledger.during(plan.texts())
                .forEach((user, sums) -> users.add(
                        new UserHistory(plan.armOf(user.arm()), sums, before.getOrDefault(user.user(), ArmSums.NONE))));
        return users;
    }
}
