package dev.weir.control.accounting;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.identity.Caller;
import dev.weir.control.storage.Database;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Takes entries without waiting and writes them a few times a second.
 *
 * <p>Thread-safety: anybody may record; one thread writes.
 */
public final class Ledger implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Ledger.class);
    private static final long STOP_MILLIS_MAX = 10_000;

    private final LedgerStore store;
    private final Spool spool;
    private final AccountingConfig config;
    private final LongFunction<PriceList> prices;
    private final InstantSource clock;
    private final Clock ticker;
    private final BlockingQueue<LedgerEntry> waiting;
    private final List<Consumer<LedgerEntry>> followers = new CopyOnWriteArrayList<>();
    private final Counter writtenCounter;
    private final Counter lostCounter;
    private final String idPrefix = UUID.randomUUID().toString();
    private final AtomicLong callCount = new AtomicLong();
    private volatile boolean running;
    private volatile @Nullable Thread writer;
    private long spoolTriedNanos;

    /**
     * A ledger that keeps in the directory what the database does not take.
     *
     * @param prices by the number of the configuration
     */
    public Ledger(
            LedgerStore store,
            Path directory,
            AccountingConfig config,
            LongFunction<PriceList> prices,
            InstantSource clock,
            MeterRegistry meters,
            Clock ticker) {
        this.store = store;
        this.spool = new Spool(directory, config.spoolSizeMax().toBytes());
        this.config = config;
        this.prices = prices;
        this.clock = clock;
        this.ticker = ticker;
        this.waiting = new ArrayBlockingQueue<>(config.entriesWaitingMax());
        this.writtenCounter = Counter.builder("weir.ledger.entries")
                .description("Entries of the ledger that reached the database")
                .register(meters);
        this.lostCounter = Counter.builder("weir.ledger.lost")
                .description("Entries of the ledger that neither the database nor the spool took")
                .register(meters);
    }

    /** From now on hears of every entry when it is made, on whichever thread that is; must not wait. */
    public void follow(Consumer<LedgerEntry> follower) {
        followers.add(follower);
    }

    /** A request begins; its entry is made when it ends. */
    public Call begin(Caller caller, CompletionRequest request, @Nullable String feature) {
        String id = idPrefix + "-" + callCount.incrementAndGet();
        return new Call(id, caller, request, feature, priceOf(request), clock.instant(), ticker);
    }

    /** What the tokens of a request's model cost it. */
    public ModelPrice priceOf(CompletionRequest request) {
        return prices.apply(request.configuration()).of(request.model());
    }

    /** The call is over. Never waits: what finds no place goes to the spool. */
    public void record(Call call, String status) {
        record(call.entry(status));
    }

    /** The same of a call that was over before. */
    public void record(LedgerEntry entry) {
        followers.forEach(follower -> follower.accept(entry));
        if (!waiting.offer(entry)) {
            keep(List.of(entry));
        }
        if (waiting.size() >= config.entriesPerWriteMax()) {
            LockSupport.unpark(writer);
        }
    }

    @Override
    public void start() {
        running = true;
        spoolTriedNanos = ticker.monotonicTime() - config.spoolRetryEvery().toNanos();
        Thread started = Thread.ofPlatform().name("weir-ledger").daemon().unstarted(this::write);
        writer = started;
        started.start();
    }

    /** Everything that was recorded is in the database or in the spool when this returns. */
    @Override
    public void stop() {
        running = false;
        Thread stopping = writer;
        if (stopping == null) {
            return;
        }
        LockSupport.unpark(stopping);
        try {
            stopping.join(STOP_MILLIS_MAX);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        writer = null;
        List<LedgerEntry> left = new ArrayList<>();
        if (waiting.drainTo(left) > 0) {
            keep(left);
        }
    }

    @Override
    public boolean isRunning() {
        return writer != null;
    }

    @Override
    public int getPhase() {
        return Database.PHASE + 1;
    }

    private void write() {
        List<LedgerEntry> batch = new ArrayList<>(config.entriesPerWriteMax());
        while (running || !waiting.isEmpty()) {
            try {
                collect(batch);
            } catch (InterruptedException _) {
                return;
            }
            if (!batch.isEmpty() && !insert(batch)) {
                keep(batch);
            }
            batch.clear();
            emptySpool();
        }
    }

    /** Waits for a first entry, and then as long as others may come to go with it: asleep, so that they do not each wake us. */
    private void collect(List<LedgerEntry> batch) throws InterruptedException {
        long deadlineNanos = ticker.monotonicTime() + config.writeEvery().toNanos();
        LedgerEntry first = waiting.poll(config.writeEvery().toNanos(), TimeUnit.NANOSECONDS);
        if (first == null) {
            return;
        }
        batch.add(first);
        long leftNanos = deadlineNanos - ticker.monotonicTime();
        while (running && leftNanos > 0 && waiting.size() < config.entriesPerWriteMax()) {
            LockSupport.parkNanos(this, leftNanos);
            leftNanos = deadlineNanos - ticker.monotonicTime();
        }
        waiting.drainTo(batch, config.entriesPerWriteMax() - batch.size());
    }

    private boolean insert(Collection<LedgerEntry> entries) {
        try {
            store.insert(entries);
            writtenCounter.increment(entries.size());
            return true;
        } catch (
                RuntimeException
                        failure) { // were the one thread that writes to end, all that comes after would be lost
            log.warn("{} entries of the ledger go to the spool: {}", entries.size(), failure.toString());
            return false;
        }
    }

    private void keep(Collection<LedgerEntry> entries) {
        try {
            spool.add(entries);
        } catch (IOException | RuntimeException failure) {
            lostCounter.increment(entries.size());
            log.error("{} entries of the ledger are lost: {}", entries.size(), failure.toString());
        }
    }

    private void emptySpool() {
        long nowNanos = ticker.monotonicTime();
        if (nowNanos - spoolTriedNanos < config.spoolRetryEvery().toNanos() || spool.isEmpty()) {
            return;
        }
        spoolTriedNanos = nowNanos;
        try {
            spool.bringTo(entries -> {
                store.insert(entries);
                writtenCounter.increment(entries.size());
            });
            log.info("the ledger's spool is empty again");
        } catch (IOException | RuntimeException failure) {
            log.warn("the ledger's spool stays: {}", failure.toString());
        }
    }
}
