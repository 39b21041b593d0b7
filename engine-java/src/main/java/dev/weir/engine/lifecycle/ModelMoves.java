package dev.weir.engine.lifecycle;

import dev.weir.engine.lifecycle.ModelRegistry.LoadOrder;
import dev.weir.engine.lifecycle.ModelRegistry.Surroundings;
import dev.weir.engine.lifecycle.ModelSlot.Life;
import dev.weir.engine.lifecycle.Outcome.Done;
import dev.weir.engine.lifecycle.Outcome.Reason;
import dev.weir.engine.lifecycle.Outcome.Refused;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One model's way up and down, for the one verb that holds its slot. Whatever fails on the way is undone before anybody is told. */
final class ModelMoves<M extends ManagedModel> {

    private static final Logger LOG = LoggerFactory.getLogger(ModelMoves.class);

    private final ModelOpener<M> opener;
    private final Surroundings surroundings;
    private final Aliases aliases;

    ModelMoves(ModelOpener<M> opener, Surroundings surroundings, Aliases aliases) {
        this.opener = opener;
        this.surroundings = surroundings;
        this.aliases = aliases;
    }

    // --- the way up

    Outcome load(ModelSlot<M> slot, LoadOrder order) {
        return switch (slot.life().state()) {
            case UNAVAILABLE -> open(slot, spec(slot, order));
            case READY, SLEEPING -> loadAgain(slot, order);
            case LOADING, UNLOADING -> throw inTransit(slot);
        };
    }

    /** What {@link #load} would need, with nothing brought in. */
    Fit fit(ModelSlot<M> slot, LoadOrder order) {
        ModelSpec spec = spec(slot, order);
        return surroundings.memory().assess(slot.name(), freeBytes -> opener.measure(spec, freeBytes));
    }

    private Outcome loadAgain(ModelSlot<M> slot, LoadOrder order) {
        Life<M> life = slot.life();
        ModelSpec spec = Objects.requireNonNull(life.spec());
        M model = Objects.requireNonNull(life.model());
        if (order.path().filter(path -> !path.equals(spec.path())).isPresent()
                || order.settings()
                        .filter(asked -> !asked.equals(spec.settings()))
                        .isPresent()) {
            return new Refused(
                    Reason.WRONG_STATE,
                    "the model " + slot.name() + " is " + life.state()
                            + " from another place or with other settings: unload it first");
        }
        if (life.state() == ModelState.SLEEPING) {
            return wake(slot);
        }
        if (model.isAlive()) {
            return done(slot, false);
        }
        close(slot, model, "the engine failed");
        return open(slot, spec);
    }

    /** What is to be loaded: from where the caller says, else from where it was, else from the repository. */
    private ModelSpec spec(ModelSlot<M> slot, LoadOrder order) {
        Path path = order.path().orElseGet(() -> knownPath(slot));
        return new ModelSpec(slot.name(), path, order.settings().orElse(surroundings.defaults()));
    }

    private Path knownPath(ModelSlot<M> slot) {
        ModelSpec before = slot.life().spec();
        Path path = before == null ? surroundings.repository().models().get(slot.name()) : before.path();
        if (path == null) {
            throw new ModelLoadException(
                    Reason.UNKNOWN_MODEL, slot.name() + " is not in the model repository, and no path was given");
        }
        return path;
    }

    private Outcome open(ModelSlot<M> slot, ModelSpec spec) {
        show(slot, Life.loading(spec, null, "loading", Progress.begin(Progress.Phase.READING_HEADERS)));
        M model;
        try {
            model = opener.open(spec);
        } catch (RuntimeException | Error failure) {
            return unavailable(slot, spec, refused(slot, failure));
        }
        Refused refused = bringUp(slot, spec, model);
        if (refused == null) {
            return done(slot, false);
        }
        model.close();
        return unavailable(slot, spec, refused);
    }

    private Refused unavailable(ModelSlot<M> slot, ModelSpec spec, Refused refused) {
        show(slot, Life.unavailable(spec, refused.message()));
        return refused;
    }

    Outcome wake(ModelSlot<M> slot) {
        ModelSpec spec = Objects.requireNonNull(slot.life().spec());
        M model = Objects.requireNonNull(slot.life().model());
        Refused refused = bringUp(slot, spec, model);
        if (refused == null) {
            return done(slot, false);
        }
        show(slot, Life.sleeping(spec, model, "could not wake: " + refused.message()));
        return refused;
    }

    /** Null when the model is ready; else it is asleep as before, and the reason. */
    private @Nullable Refused bringUp(ModelSlot<M> slot, ModelSpec spec, M model) {
        show(slot, Life.loading(spec, model, "loading", Progress.begin(Progress.Phase.READING_WEIGHTS)));
        try {
            MemoryNeed granted = surroundings.memory().reserve(slot.name(), model::need);
            model.wake(granted, slot::progress);
            surroundings.memory().settle(slot.name());
            show(slot, Life.ready(spec, model, granted));
            return null;
        } catch (RuntimeException | Error failure) {
            surroundings.memory().release(slot.name());
            return refused(slot, failure);
        }
    }

    private static Refused refused(ModelSlot<?> slot, Throwable failure) {
        if (failure instanceof ModelLoadException expected) {
            return expected.refused();
        }
        LOG.error("{}: loading failed.", slot.name(), failure);
        return new Refused(Reason.LOAD_FAILED, "unexpected: " + failure);
    }

    // --- the way down

    Outcome bringDown(ModelSlot<M> slot, RestOrder order, boolean toSleep) {
        Life<M> before = slot.life();
        M model = Objects.requireNonNull(before.model());
        ModelSpec spec = Objects.requireNonNull(before.spec());
        if (order.policy() == RestOrder.Policy.REFUSE && model.activeRequests() > 0) {
            return inUse(slot, model);
        }
        String why = "the model " + slot.name() + (toSleep ? " is going to sleep" : " is being unloaded");
        synchronized (aliases) {
            List<String> pointing = aliases.of(slot.name());
            if (!toSleep && !pointing.isEmpty() && order.policy() != RestOrder.Policy.FORCE) {
                return new Refused(
                        Reason.IN_USE,
                        "the alias " + String.join(", ", pointing) + " points to the model " + slot.name()
                                + ": move or remove it first, or unload with the policy force");
            }
            show(slot, before.unloading(why, model.activeRequests()));
        }
        boolean whole;
        try {
            surroundings.settleCallers().run();
            if (order.policy() == RestOrder.Policy.REFUSE && model.activeRequests() > 0) {
                show(slot, before);
                return inUse(slot, model);
            }
            whole = model.rest(
                    order.patience(), why, toSleep ? ManagedModel.FilePages.DROP : ManagedModel.FilePages.KEEP);
        } catch (RuntimeException | Error failure) {
            close(slot, model, "unexpected: " + failure);
            throw failure;
        }
        surroundings.memory().release(slot.name());
        if (toSleep) {
            show(slot, Life.sleeping(spec, model, "asleep"));
        } else {
            close(slot, model, "unloaded");
        }
        return done(slot, !whole);
    }

    void close(ModelSlot<M> slot, M model, String reason) {
        model.close();
        surroundings.memory().release(slot.name());
        show(slot, Life.unavailable(slot.life().spec(), reason));
    }

    // --- what is seen of it

    private void show(ModelSlot<M> slot, Life<M> life) {
        slot.set(life);
        surroundings.changed().run();
    }

    Done done(ModelSlot<M> slot, boolean endedEarly) {
        return new Done(status(slot), endedEarly);
    }

    private static Refused inUse(ModelSlot<?> slot, ManagedModel model) {
        return new Refused(
                Reason.IN_USE,
                "the model " + slot.name() + " has " + model.activeRequests()
                        + " requests in flight: use the policy drain or force, or try again later");
    }

    ModelStatus status(ModelSlot<M> slot) {
        Life<M> life = slot.life();
        M model = life.model();
        int activeRequests = model == null ? 0 : model.activeRequests();
        boolean failed = life.state() == ModelState.READY && model != null && !model.isAlive();
        return new ModelStatus(
                slot.name(),
                failed ? ModelState.UNAVAILABLE : life.state(),
                failed ? "the engine failed and must be loaded again" : life.reason(),
                progress(life.progress(), activeRequests),
                life.spec(),
                life.memory(),
                activeRequests,
                aliases.of(slot.name()));
    }

    /** A drain is as far as requests have ended. */
    private static @Nullable Progress progress(@Nullable Progress progress, int activeRequests) {
        return progress == null || progress.phase() != Progress.Phase.DRAINING
                ? progress
                : new Progress(progress.phase(), Math.max(0, progress.total() - activeRequests), progress.total());
    }

    private static AssertionError inTransit(ModelSlot<?> slot) {
        return new AssertionError(slot.name() + " is " + slot.life().state() + " while nobody moves it");
    }
}
