package dev.weir.engine.lifecycle;

import java.time.Duration;

/**
 * A model whose files have been read and whose tokenizer is there: asleep when it is made, and again after {@link #rest}. One thread at a
 * time calls the verbs; the observers may be called from any.
 */
public interface ManagedModel extends AutoCloseable {

    /** What happens to the weights' file pages that the system holds in memory. */
    enum FilePages {
        /** They stay as long as nobody needs the memory: the next load is quick. */
        KEEP,
        /** They are given back: the memory is free for other things. */
        DROP
    }

    /**
     * What being awake takes.
     *
     * @param freeBytes of memory that this model could have; decides the size of a KV cache that nobody sized
     * @throws ModelLoadException where what was asked for cannot be
     */
    MemoryNeed need(long freeBytes);

    /**
     * Brings in weights and KV cache and begins to serve.
     *
     * @param granted what {@link #need} said
     * @throws ModelLoadException where it cannot be; the model is then still asleep and holds nothing
     */
    void wake(MemoryNeed granted, Progress.Listener progress);

    /**
     * Takes nothing new, finishes what was admitted within {@code patience}, ends the rest by name, and lets go of weights and KV cache.
     *
     * @param why what requests that are ended are told
     * @return true when nothing had to be ended
     */
    boolean rest(Duration patience, String why, FilePages pages);

    /** Requests that were admitted and have not ended. */
    int activeRequests();

    /** False while awake with an engine that gave up; what waits for it is refused until the model is loaded anew. */
    boolean isAlive();

    /** Ends what runs and lets go of everything, the tokenizer too. Idempotent. */
    @Override
    void close();
}
