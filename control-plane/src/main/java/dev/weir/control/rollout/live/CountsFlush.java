package dev.weir.control.rollout.live;

import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;

/**
 * Leaves what was counted in the database, each count once. What could not be written is kept, one batch of it, and nothing is drained until it is
 * written: meanwhile counting goes on where it is bounded anyway.
 *
 * <p>Thread-safety: called by one thread.
 */
final class CountsFlush {
    private static final Logger log = LoggerFactory.getLogger(CountsFlush.class);

    private final RolloutStore store;
    private final LiveCounts counts;
    private final SliceCounts slices;
    private final Consumer<Runnable> transactions;
    private final String process = UUID.randomUUID().toString();
    private long batchCount;
    private @Nullable Batch unwritten;

    private record Batch(long number, List<LiveCounts.Drained> counts, SliceCounts.Drained slices) {
        boolean isEmpty() {
            return counts.isEmpty()
                    && slices.slices().isEmpty()
                    && slices.samples().isEmpty();
        }
    }

    /**
     * Nothing is written yet.
     *
     * @param transactions all that is run in one is written, or nothing
     */
    CountsFlush(RolloutStore store, LiveCounts counts, SliceCounts slices, Consumer<Runnable> transactions) {
        this.store = store;
        this.counts = counts;
        this.slices = slices;
        this.transactions = transactions;
    }

    /** Writes what was counted since the last time, and before it what could not be written then. Blocking. */
    void flush() {
        if (unwritten != null) {
            write(unwritten);
        }
        Batch next = new Batch(++batchCount, List.copyOf(counts.drain().values()), slices.drain());
        if (!next.isEmpty()) {
            unwritten = next;
            write(next);
        }
    }

    /** Nothing is written any more. Blocking. */
    void leave() {
        store.counts().leaves(process);
    }

    private void write(Batch batch) {
        try {
            transactions.accept(() -> {
                // Whoever does not hear of a commit does not know of it: it may have been written.
                if (store.counts().isNew(process, batch.number())) {
                    batch.counts()
                            .forEach(drained -> store.counts()
                                    .leave(drained.rolloutId(), drained.weightRevision(), drained.counted()));
                    store.slices()
                            .add(
                                    process,
                                    batch.slices().slices(),
                                    batch.slices().samples());
                }
            });
        } catch (DataIntegrityViolationException refused) {
            // It would be refused as often as it is tried, and all that is counted after it would wait behind it.
            log.warn("a batch of counts is left out, the database would never take it: {}", refused.getMessage());
        }
        unwritten = null;
    }
}
