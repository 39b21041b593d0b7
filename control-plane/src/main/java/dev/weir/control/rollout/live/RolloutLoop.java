package dev.weir.control.rollout.live;

import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Effect;
import dev.weir.control.rollout.Phase;
import dev.weir.control.rollout.RolloutEvent.TimePassed;
import dev.weir.control.rollout.RolloutEvent.VersionsProbed;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.rollout.RolloutState;
import dev.weir.control.rollout.journal.CommandInbox.Waiting;
import dev.weir.control.rollout.journal.Leadership;
import dev.weir.control.rollout.journal.RolloutController;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What drives rollouts: on every replica it leaves what was counted, and on the one that leads it feeds the reducer, several times a second.
 *
 * <p>Whatever goes wrong with a rollout, its controller is given up and the next beat replays it from its events: there is no state that is
 * not in the database.
 *
 * <p>Thread-safety: one beat begins when the one before is over; anybody may ask who leads.
 */
public final class RolloutLoop {
    private static final Logger log = LoggerFactory.getLogger(RolloutLoop.class);
    /** A tick that took longer, because nobody led or everything stood still, counts as this many. */
    private static final int COVERED_TICKS_MAX = 2;

    private final RolloutStore store;
    private final CountsFlush counts;
    private final ArmWeights weights;
    private final VersionProbes probes;
    private final Leadership leadership;
    private final Consumer<Effect> effects;
    private final RolloutConfig config;
    private final InstantSource clock;
    private final LongSupplier ticker;
    private final RolloutReducer reducer = new RolloutReducer();
    private final Map<String, Driven> driven = new HashMap<>();
    private long flushedNanos;
    private volatile boolean leading;

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
            LongSupplier ticker) {
        this.store = store;
        this.counts = new CountsFlush(
                store,
                counts,
                slices,
                work -> store.database().inTransaction(() -> {
                    work.run();
                    return Boolean.TRUE;
                }));
        this.weights = weights;
        this.probes = probes;
        this.leadership = leadership;
        this.effects = effects;
        this.config = config;
        this.clock = clock;
        this.ticker = ticker;
        this.flushedNanos = ticker.getAsLong();
    }

    /** A rollout that this replica acts on. */
    private static final class Driven {
        private final RolloutController controller;
        /** When each command to start was seen first, by its id. */
        private final Map<String, Long> startsSeenNanos = new HashMap<>();

        private long tickedNanos;

        Driven(RolloutController controller, long nowNanos) {
            this.controller = controller;
            this.tickedNanos = nowNanos;
        }
    }

    /** Whether this replica led at its latest beat. */
    public boolean leads() {
        return leading;
    }

    /** One beat. Blocking. */
    public void beat() {
        try {
            beatAt(ticker.getAsLong());
        } catch (RuntimeException failure) {
            leading = false;
            throw failure;
        }
    }

    private void beatAt(long now) {
        if (now - flushedNanos >= config.tick().toNanos() / 2) {
            flushedNanos = now;
            counts.flush();
        }
        leading = leadership.beat(now);
        if (leading) {
            lead(now);
        } else {
            driven.clear();
        }
    }

    /** After the last beat: what was counted is left behind, and no other replica has to wait for this one's lease. */
    public void leave() {
        leading = false;
        try {
            counts.flush();
            counts.leave();
        } finally {
            leadership.leave();
        }
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
            guarded(waiting.rolloutId(), () -> obey(driven(waiting.rolloutId(), now), waiting.command(), now));
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
                rolloutId,
                id -> new Driven(RolloutController.takeOver(store.journal(), reducer, id, this::goOnLeading), now));
    }

    /** A replay may take longer than a lease: whoever is silent meanwhile is replaced by another, who replays as long. */
    private void goOnLeading() {
        leading = leadership.beat(ticker.getAsLong());
        if (!leading) {
            throw new IllegalStateException("another replica leads since it was replayed");
        }
    }

    /** What fails for one rollout does not stop the others; its state is read anew. */
    private void guarded(String rolloutId, Runnable work) {
        if (!leading) {
            return; // Whoever was replaced meanwhile takes nothing away from who leads now.
        }
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

    private void obey(Driven rollout, Command command, long now) {
        RolloutController controller = rollout.controller;
        RolloutState state = controller.state();
        if (command.verb() == Verb.START && state.phase() == Phase.PLANNED) {
            // What they said before may be of a version that has been repaired since.
            long since = rollout.startsSeenNanos.computeIfAbsent(command.id(), _ -> now);
            Optional<Boolean> baseline = probes.answersSince(state.plan().baseline(), since);
            Optional<Boolean> candidate = probes.answersSince(state.plan().candidate(), since);
            if (baseline.isEmpty() || candidate.isEmpty()) {
                return; // They are being asked; the command waits for what they say.
            }
            probed(controller);
        }
        carryOut(controller.obey(store.inbox(), command, clock.instant()));
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
