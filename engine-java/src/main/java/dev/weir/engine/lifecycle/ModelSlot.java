package dev.weir.engine.lifecycle;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A name and what is known of its model. Verbs hold the lock from beginning to end; what they make visible is one value at a time. */
final class ModelSlot<M extends ManagedModel> {

    /**
     * What is known.
     *
     * @param model open, asleep or awake; null where the state is unavailable, or where it is not open yet
     */
    record Life<M>(
            ModelState state,
            String reason,
            @Nullable Progress progress,
            @Nullable ModelSpec spec,
            @Nullable MemoryNeed memory,
            @Nullable M model) {

        static <M> Life<M> unavailable(@Nullable ModelSpec spec, String reason) {
            return new Life<>(ModelState.UNAVAILABLE, reason, null, spec, null, null);
        }

        static <M> Life<M> loading(ModelSpec spec, @Nullable M model, String reason, Progress progress) {
            return new Life<>(ModelState.LOADING, reason, progress, spec, null, model);
        }

        static <M> Life<M> ready(ModelSpec spec, M model, MemoryNeed memory) {
            return new Life<>(ModelState.READY, "", null, spec, memory, model);
        }

        static <M> Life<M> sleeping(ModelSpec spec, M model, String reason) {
            return new Life<>(ModelState.SLEEPING, reason, null, spec, null, model);
        }

        Life<M> unloading(String why, int requests) {
            Progress draining = new Progress(Progress.Phase.DRAINING, 0, requests);
            return new Life<>(ModelState.UNLOADING, why, draining, spec, memory, model);
        }

        Life<M> at(Progress next) {
            return new Life<>(state, reason, next, spec, memory, model);
        }
    }

    private final String name;
    private final boolean declared;
    private final ReentrantLock verbs = new ReentrantLock(true);
    private final AtomicReference<Life<M>> life;

    /** A slot for a model; one that is declared is kept for good. */
    ModelSlot(String name, boolean declared, Life<M> life) {
        this.name = name;
        this.declared = declared;
        this.life = new AtomicReference<>(life);
    }

    String name() {
        return name;
    }

    /** Whether the name may be forgotten to make room for another. */
    boolean isForgettable() {
        return !declared && !verbs.isLocked() && life().state() == ModelState.UNAVAILABLE;
    }

    ReentrantLock verbs() {
        return verbs;
    }

    Life<M> life() {
        return life.get();
    }

    void set(Life<M> next) {
        life.set(next);
    }

    void progress(Progress progress) {
        life.set(life().at(progress));
    }
}
