package dev.weir.engine.execution;

import dev.weir.engine.kvcache.KeptPrefixes;
import dev.weir.engine.kvcache.KvCache;
import dev.weir.engine.kvcache.KvMoves;
import dev.weir.engine.scheduling.OffloadRule;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has KV blocks moved between an executor and the machine's memory: of sequences that are preempted, as the scheduler decides, and of beginnings that
 * are to outlive the executor. Tells the scheduler's rule what moving takes. Confined to the engine thread.
 */
final class HostMemory {

    private static final Logger LOG = LoggerFactory.getLogger(HostMemory.class);

    /** Blocks that are moved to learn what that takes: enough to be worth a clock's reading, and nothing beside a model's loading. */
    private static final int TRIAL_BLOCKS_MAX = 16;

    private final String name;
    private final ExecutorSlot executors;
    private final ExecutorLimits limits;
    private final KvCache cache;
    private final OffloadRule rule;
    private final LongSupplier ticker;

    HostMemory(
            String name,
            ExecutorSlot executors,
            ExecutorLimits limits,
            KvCache cache,
            OffloadRule rule,
            LongSupplier ticker) {
        this.name = name;
        this.executors = executors;
        this.limits = limits;
        this.cache = cache;
        this.rule = rule;
        this.ticker = ticker;
    }

    /** Learns what moving a block takes from an executor that holds nothing yet. */
    void tryOut() {
        int count = Math.min(TRIAL_BLOCKS_MAX, Math.min(limits.blockCount(), limits.hostBlockCount()));
        KvMoves trial = new KvMoves();
        for (int index = 0; index < count; index++) {
            trial.offloads().add(index, index);
            trial.restores().add(index, index);
        }
        move(trial);
    }

    /** Before the step is computed whose plan brought them about. */
    void move(KvMoves moves) {
        if (moves.count() == 0) {
            return;
        }
        long begunNanos = ticker.getAsLong();
        executors.executor().move(moves);
        rule.moved(moves.count(), ticker.getAsLong() - begunNanos);
    }

    /** Copies what could be found out of the executor, the most recent {@code blocksMax} blocks of it; null where there is nothing, or no memory. */
    @Nullable
    KeptCache keep(int blocksMax) {
        KeptPrefixes prefixes = cache.keep(blocksMax);
        if (prefixes.count() == 0) {
            return null;
        }
        try {
            return new KeptCache(prefixes, executors.executor().save(prefixes.blocks()));
        } catch (ExecutionException failure) {
            LOG.warn("{}: what was computed of {} blocks is not kept.", name, prefixes.count(), failure);
            return null;
        }
    }

    /** Begins with what another loop kept, as far as there is room. */
    void begin(KeptCache kept) {
        int[] blocks = cache.find(kept.prefixes());
        try {
            executors.executor().load(kept.contents(), blocks);
        } catch (ExecutionException failure) {
            LOG.warn("{}: what was kept of {} blocks is computed again.", name, blocks.length, failure);
            cache.forget();
        }
    }
}
