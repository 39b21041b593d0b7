package dev.weir.control.rollout.live;

import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Decision;
import dev.weir.control.rollout.Decision.Kind;
import dev.weir.control.rollout.Effect;
import dev.weir.control.rollout.Phase;
import dev.weir.control.rollout.RolloutEvent.Commanded;
import dev.weir.control.rollout.RolloutEvent.TimePassed;
import dev.weir.control.rollout.RolloutEvent.VersionsProbed;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.rollout.RolloutState;
import dev.weir.control.rollout.journal.CommandInbox.Answer;
import dev.weir.control.rollout.journal.CommandInbox.Waiting;
import dev.weir.control.rollout.journal.Leadership;
import dev.weir.control.rollout.journal.RolloutController;
import dev.weir.control.storage.Database;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * What drives rollouts: on every replica it leaves what was counted, and on the one that leads it feeds the reducer, several times a second.
 *
 * <p>Whatever goes wrong with a rollout, its controller is given up and the next beat replays it from its events: there is no state that is
 * not in the database.
 *
 * <p>Thread-safety: one beat begins when the one before is over.
 */
public final class RolloutLoop implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(RolloutLoop.class);
    /** A tick that took longer, because nobody led or everything stood still, counts as this many. */
    private static final int COVERED_TICKS_MAX = 2;

    private final RolloutStore store;
    private final LiveCounts counts;
    private final SliceCounts slices;
    private final ArmWeights weights;
    private final VersionProbes probes;
    private final Leadership leadership;
    private final Consumer<Effect> effects;
    private final RolloutConfig config;
    private final InstantSource clock;
    private final LongSupplier ticker;
    private final Scheduler timer;
    private final RolloutReducer reducer = new RolloutReducer();
    private final Map<String, Driven> driven = new HashMap<>();
    private long flushedNanos;
    private boolean failing;
    private volatile boolean leading;
    private volatile @Nullable Disposable running;

    /**
     * A loop that has not begun.
     *
     * @param effects what is left to do once a decision is kept; called on the loop's thread, so it must not wait
     * @param ticker nanoseconds that only go forward
     */
    public RolloutLoop(
            RolloutStore store,
            LiveCounts counts,
            SliceCounts slices,
            ArmWeights weights,
            VersionProbes probes,
            Leadership leadership,
            Consumer<Effect> effects,
            RolloutConfig config,
            InstantSource clock,
            LongSupplier ticker,
            Scheduler timer) {
        this.store = store;
        this.counts = counts;
        this.slices = slices;
        this.weights = weights;
        this.probes = probes;
        this.leadership = leadership;
        this.effects = effects;
        this.config = config;
        this.clock = clock;
        this.ticker = ticker;
        this.timer = timer;
    }

    /** A rollout that this replica acts on. */
    private static final class Driven {
        private final RolloutController controller;
        private long tickedNanos;

        Driven(RolloutController controller, long nowNanos) {
            this.controller = controller;
            this.tickedNanos = nowNanos;
        }
    }

    @Override
    public void start() {
        flushedNanos = ticker.getAsLong();
        running = Mono.delay(config.beat(), timer)
                .then(store.database().ask(this::beat))
                .onErrorResume(this::failed)
                .repeat()
                .subscribe();
    }

    @Override
    public void stop() {
        Disposable beating = running;
        if (beating != null) {
            beating.dispose();
            running = null;
            leading = false;
            leadership.leave();
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

    /** Whether this replica led at its latest beat. */
    public boolean leads() {
        return leading;
    }

    private Mono<Boolean> failed(Throwable failure) {
        leading = false;
        if (!failing) {
            failing = true;
            log.warn("rollouts stand still: {}", failure.getMessage());
        }
        return Mono.just(false);
    }

    /** One beat. */
    Boolean beat() {
        long now = ticker.getAsLong();
        if (now - flushedNanos >= config.tick().toNanos() / 2) {
            flushedNanos = now;
            flush();
        }
        leading = leadership.beat(now);
        if (leading) {
            lead(now);
        } else {
            driven.clear();
        }
        if (failing) {
            failing = false;
            log.info("rollouts go on");
        }
        return true;
    }

    private void flush() {
        counts.drain()
                .values()
                .forEach(drained ->
                        store.counts().leave(drained.rolloutId(), drained.weightRevision(), drained.counted()));
        SliceCounts.Drained drained = slices.drain();
        store.slices().add(drained.slices(), drained.samples());
    }

    private void lead(long now) {
        Set<String> active = new HashSet<>(store.journal().activeIds());
        driven.keySet().retainAll(active);
        active.forEach(id -> guarded(id, () -> {
            Driven rollout = driven(id, now);
            if (now - rollout.tickedNanos >= config.tick().toNanos()) {
                tick(rollout, now);
            }
        }));
        for (Waiting waiting : store.inbox().waiting()) {
            guarded(waiting.rolloutId(), () -> obey(driven(waiting.rolloutId(), now), waiting.command()));
        }
        Set<String> versions = new HashSet<>();
        driven.values().forEach(rollout -> {
            RolloutPlan plan = rollout.controller.state().plan();
            versions.add(plan.baseline());
            versions.add(plan.candidate());
        });
        probes.ask(versions);
    }

    private Driven driven(String rolloutId, long now) {
        return driven.computeIfAbsent(
                rolloutId, id -> new Driven(RolloutController.takeOver(store.journal(), reducer, id), now));
    }

    /** What fails for one rollout does not stop the others; its state is read anew. */
    private void guarded(String rolloutId, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException failure) {
            driven.remove(rolloutId);
            log.warn("rollout {} is taken over anew: {}", rolloutId, failure.getMessage());
        }
    }

    private void tick(Driven rollout, long now) {
        long covered = Math.min(
                now - rollout.tickedNanos, COVERED_TICKS_MAX * config.tick().toNanos());
        rollout.tickedNanos = now;
        RolloutController controller = rollout.controller;
        if (controller.state().phase() == Phase.PLANNED) {
            return; // Nothing can happen to it but a command.
        }
        carryOut(controller.accept(new TimePassed(clock.instant())));
        probed(controller);
        carryOut(controller.observe(store.counts(), clock.instant(), Duration.ofNanos(covered)));
    }

    private void probed(RolloutController controller) {
        RolloutPlan plan = controller.state().plan();
        carryOut(controller.accept(new VersionsProbed(
                clock.instant(),
                probes.answers(plan.baseline()).orElse(false),
                probes.answers(plan.candidate()).orElse(false))));
    }

    private void obey(Driven rollout, Command command) {
        RolloutController controller = rollout.controller;
        RolloutState state = controller.state();
        if (command.verb() == Verb.START && state.phase() == Phase.PLANNED) {
            if (probes.answers(state.plan().baseline()).isEmpty()
                    || probes.answers(state.plan().candidate()).isEmpty()) {
                return; // They are being asked; the command waits for what they say.
            }
            probed(controller);
        }
        List<Effect> done = controller.accept(new Commanded(clock.instant(), command));
        carryOut(done);
        store.inbox().answer(command.id(), answer(done));
    }

    /** The last decision is the answer; a command that was handled before has left none. */
    private static Answer answer(List<Effect> done) {
        Decision last = null;
        for (Effect effect : done) {
            last = effect instanceof Effect.Keep(Decision decision) ? decision : last;
        }
        return last == null
                ? new Answer(true, "It was done before.")
                : new Answer(last.kind() != Kind.REFUSED, last.sentence());
    }

    private void carryOut(List<Effect> done) {
        for (Effect effect : done) {
            if (effect instanceof Effect.SetWeight) {
                weights.refresh(); // The other replicas see it at their next look.
            }
            effects.accept(effect);
        }
    }
}
