package dev.weir.engine.lifecycle;

import dev.weir.engine.lifecycle.ModelSlot.Life;
import dev.weir.engine.lifecycle.Outcome.Reason;
import dev.weir.engine.lifecycle.Outcome.Refused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The models of a process and the verbs that move them. Verbs wait until the model is where they bring it; those of one model happen one
 * after the other, those of different models side by side. Each may be repeated: a model that is there already stays there. A verb that
 * fails leaves nothing behind but its reason.
 */
public final class ModelRegistry<M extends ManagedModel> implements AutoCloseable {

    /** Names that are remembered, with the reason why their model is where it is. */
    public static final int NAMES_MAX = 256;

    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@+-]*(/[A-Za-z0-9][A-Za-z0-9._:@+-]*)*");
    private static final int NAME_CHARS_MAX = 200;

    /**
     * What surrounds the models.
     *
     * @param repository where they may come from
     * @param defaults of a load that says nothing else
     * @param settleCallers waits until every request that may have found a model before now has been submitted to it
     * @param changed called after every change of state, on the thread that made it
     */
    public record Surroundings(
            ModelRepository repository,
            MemoryLedger memory,
            ModelSettings defaults,
            Runnable settleCallers,
            Runnable changed) {}

    /**
     * What a load asks for.
     *
     * @param path where the model is to come from; empty: from where it is known to be
     * @param settings how; empty: as it is, or by default
     */
    public record LoadOrder(Optional<Path> path, Optional<ModelSettings> settings) {

        /** Nothing in particular. */
        public static LoadOrder plain() {
            return new LoadOrder(Optional.empty(), Optional.empty());
        }
    }

    /** A model with its status; null where there is none to call. */
    public record Listed<M>(ModelStatus status, @Nullable M model) {}

    private final Surroundings surroundings;
    private final Aliases aliases = new Aliases();
    private final ModelMoves<M> moves;
    private volatile SequencedMap<String, ModelSlot<M>> slots = new LinkedHashMap<>(); // replaced, never written to
    private volatile boolean closed;

    public ModelRegistry(ModelOpener<M> opener, Surroundings surroundings) {
        this.surroundings = surroundings;
        moves = new ModelMoves<>(opener, surroundings, aliases);
    }

    // --- what there is

    /** Settings of a load that says nothing else. */
    public ModelSettings defaults() {
        return surroundings.defaults();
    }

    /** Every model that was ever asked for, as it is now. */
    public List<Listed<M>> listed() {
        return slots.values().stream()
                .map(slot -> new Listed<M>(moves.status(slot), slot.life().model()))
                .toList();
    }

    /** Those, and what else the repository holds. */
    public List<ModelStatus> index() {
        SequencedMap<String, ModelStatus> index = new LinkedHashMap<>();
        slots.values().forEach(slot -> index.put(slot.name(), moves.status(slot)));
        surroundings
                .repository()
                .models()
                .forEach((name, path) -> index.computeIfAbsent(name, _ -> moves.status(unloaded(name, path))));
        return List.copyOf(index.sequencedValues());
    }

    private ModelSlot<M> unloaded(String name, Path path) {
        return new ModelSlot<>(
                name, false, Life.unavailable(new ModelSpec(name, path, surroundings.defaults()), "not loaded"));
    }

    /** Bytes that a further model could have. */
    public long freeBytes() {
        return surroundings.memory().freeBytes();
    }

    public Map<String, String> aliases() {
        return aliases.all();
    }

    // --- verbs

    /** Makes a model known that the operator named, wherever it lies. */
    public void declare(ModelSpec spec) {
        addSlot(new ModelSlot<>(spec.name(), true, Life.unavailable(spec, "not loaded")));
        surroundings.changed().run();
    }

    /** Brings a model up, from disk or from sleep. */
    public Outcome load(String name, LoadOrder order) {
        LoadOrder allowed;
        try {
            allowed = allowed(name, order);
        } catch (ModelLoadException e) {
            return e.refused();
        }
        return verb(name, allowed.path().isPresent(), slot -> moves.load(slot, allowed));
    }

    /**
     * Whether a load would find room, beside everything that is loaded now, the model itself included. Changes nothing.
     *
     * @throws ModelLoadException where it would be refused for another reason
     */
    public Fit fit(String name, LoadOrder order) {
        LoadOrder allowed = allowed(name, order);
        ModelSlot<M> slot = slots.get(name);
        return moves.fit(
                slot == null ? new ModelSlot<>(name, false, Life.unavailable(null, "not loaded")) : slot, allowed);
    }

    /** The order, if its model may be called so and come from there. */
    private LoadOrder allowed(String name, LoadOrder order) {
        if (name.length() > NAME_CHARS_MAX || !NAME.matcher(name).matches()) {
            throw new ModelLoadException(
                    Reason.BAD_NAME,
                    "a model's name has 1 to " + NAME_CHARS_MAX + " letters, digits and . _ : @ + - /, and begins with"
                            + " a letter or digit");
        }
        if (aliases.target(name) != null) {
            throw new ModelLoadException(Reason.BAD_NAME, name + " is an alias of " + aliases.target(name));
        }
        return new LoadOrder(order.path().map(surroundings.repository()::allowed), order.settings());
    }

    /** Finishes what a model has and lets go of all of it. */
    public Outcome unload(String name, RestOrder order) {
        return verb(name, false, slot -> switch (slot.life().state()) {
            case UNAVAILABLE -> moves.done(slot, false);
            case SLEEPING, READY -> moves.bringDown(slot, order, false);
            case LOADING, UNLOADING -> throw inTransit(slot);
        });
    }

    /** Finishes what a model has and lets go of its weights and KV cache. */
    public Outcome sleep(String name, RestOrder order) {
        return verb(name, false, slot -> switch (slot.life().state()) {
            case UNAVAILABLE -> notLoaded(slot);
            case SLEEPING -> moves.done(slot, false);
            case READY -> moves.bringDown(slot, order, true);
            case LOADING, UNLOADING -> throw inTransit(slot);
        });
    }

    /** Brings a sleeping model back. */
    public Outcome wake(String name) {
        return verb(name, false, slot -> switch (slot.life().state()) {
            case UNAVAILABLE -> notLoaded(slot);
            case SLEEPING -> moves.wake(slot);
            case READY -> moves.done(slot, false);
            case LOADING, UNLOADING -> throw inTransit(slot);
        });
    }

    /**
     * Creates or moves an alias, between two requests.
     *
     * @param expected what it must point to now, where the caller cares
     */
    public Outcome alias(String alias, String model, Optional<String> expected) {
        ModelSlot<M> slot = slots.get(model);
        if (slot == null) {
            return unknown(model);
        }
        if (!NAME.matcher(alias).matches() || alias.length() > NAME_CHARS_MAX) {
            return new Refused(Reason.BAD_NAME, "an alias is made of the same characters as a model's name");
        }
        if (slots.containsKey(alias) || surroundings.repository().models().containsKey(alias)) {
            return new Refused(Reason.BAD_NAME, alias + " is the name of a model");
        }
        synchronized (aliases) { // an unload that sees no alias has ruled one out
            ModelState state = slot.life().state();
            if (state != ModelState.READY && state != ModelState.SLEEPING) {
                return new Refused(
                        Reason.WRONG_STATE,
                        "the model " + model + " is " + state
                                + ": an alias points to a model that is READY or SLEEPING");
            }
            Optional<Refused> refused = aliases.point(alias, model, expected);
            if (refused.isPresent()) {
                return refused.get();
            }
            surroundings.changed().run();
        }
        return moves.done(slot, false);
    }

    /** Removes an alias; false where there was none. */
    public boolean removeAlias(String alias) {
        boolean removed = aliases.remove(alias);
        if (removed) {
            surroundings.changed().run();
        }
        return removed;
    }

    // --- the end

    /** Finishes what all models have, each within {@code patience}, and takes no verb any more. */
    public void drain(Duration patience) throws InterruptedException {
        closed = true;
        List<Thread> drains = new ArrayList<>();
        for (ModelSlot<M> slot : slots.values()) {
            drains.add(Thread.ofVirtual()
                    .start(() -> whileNoVerbRuns(slot, () -> {
                        M model = slot.life().model();
                        if (model != null) {
                            model.rest(patience, "the engine is shutting down", ManagedModel.FilePages.KEEP);
                        }
                    })));
        }
        for (Thread drain : drains) {
            drain.join();
        }
    }

    /** Ends everything at once; waits for a load that goes on. Idempotent. */
    @Override
    public void close() {
        closed = true;
        for (ModelSlot<M> slot : slots.values()) {
            whileNoVerbRuns(slot, () -> {
                M model = slot.life().model();
                if (model != null) {
                    moves.close(slot, model, "the engine is shut down");
                }
            });
        }
    }

    // --- one verb at a time

    private Outcome verb(String name, boolean mayBeNew, Function<ModelSlot<M>, Outcome> action) {
        ModelSlot<M> slot = slots.get(name);
        if (slot == null) {
            if (!mayBeNew && !surroundings.repository().models().containsKey(name)) {
                return unknown(name);
            }
            slot = addSlot(new ModelSlot<>(name, false, Life.unavailable(null, "not loaded")));
            if (slot == null) {
                return new Refused(
                        Reason.TOO_MANY, "there are " + NAMES_MAX + " models already; unload some of them first");
            }
        }
        slot.verbs().lock();
        try {
            if (closed) {
                return new Refused(Reason.SHUTTING_DOWN, "this engine is shutting down");
            }
            if (slot.equals(slots.get(name))) {
                return action.apply(slot);
            }
        } catch (ModelLoadException e) {
            return e.refused();
        } finally {
            slot.verbs().unlock();
        }
        return verb(name, mayBeNew, action); // it was forgotten, for another name's sake, while we came for the lock
    }

    private static void whileNoVerbRuns(ModelSlot<?> slot, Runnable action) {
        slot.verbs().lock();
        try {
            action.run();
        } finally {
            slot.verbs().unlock();
        }
    }

    /** The slot of that name, which another verb may just have added; null where there is no room for one more. */
    private synchronized @Nullable ModelSlot<M> addSlot(ModelSlot<M> slot) {
        SequencedMap<String, ModelSlot<M>> next = new LinkedHashMap<>(slots);
        ModelSlot<M> there = next.putIfAbsent(slot.name(), slot);
        if (there != null) {
            return there;
        }
        if (next.size() > NAMES_MAX) {
            Optional<ModelSlot<M>> forgotten =
                    slots.values().stream().filter(ModelSlot::isForgettable).findFirst();
            if (forgotten.isEmpty()) {
                return null;
            }
            next.remove(forgotten.get().name());
        }
        slots = next;
        return slot;
    }

    private static Refused unknown(String name) {
        return new Refused(Reason.UNKNOWN_MODEL, "there is no model " + name + " here: the index lists what there is");
    }

    private static Refused notLoaded(ModelSlot<?> slot) {
        return new Refused(Reason.WRONG_STATE, "the model " + slot.name() + " is not loaded: load it first");
    }

    private static AssertionError inTransit(ModelSlot<?> slot) {
        return new AssertionError(slot.name() + " is " + slot.life().state() + " while nobody moves it");
    }
}
