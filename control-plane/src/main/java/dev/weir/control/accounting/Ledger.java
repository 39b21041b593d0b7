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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Takes entries without waiting and writes them a few times a second. Once the database has failed, or kept one write too long, entries go to the
 * spool first, until the spool reached the database: what only memory has is never older than a second.
 *
 * <p>Thread-safety: anybody may record; one thread writes, and has others ask the database, so that it waits no longer than it wants.
 */
public final class Ledger implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Ledger.class);
    private static final long STOP_MILLIS_MAX = 10_000;
    /** An entry may wait for the write before its own as well, and the two have a second together. */
    private static final long INSERT_MILLIS_MAX = 450;
    /** Until what is left stays in the spool. */
    private static final long LAST_MILLIS_MAX = 5_000;

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
    /** The database failed, and has not had the spool since. */
    private volatile boolean away;

    private CompletableFuture<Void> inserting = CompletableFuture.completedFuture(null);
    private CompletableFuture<Void> emptying = CompletableFuture.completedFuture(null);
    private long spoolTriedNanos;
    private long collectedNanos;

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
        away = false;
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
            if (!batch.isEmpty() && (away || !insert(List.copyOf(batch)))) {
                keep(batch);
            }
            batch.clear();
            emptySpool();
        }
        bringLast();
    }

    /** A database that was only slow has all of it at the end. */
    private void bringLast() {
        long deadlineNanos = ticker.monotonicTime() + TimeUnit.MILLISECONDS.toNanos(LAST_MILLIS_MAX);
        boolean comes = true;
        while (comes && !spool.isEmpty()) {
            boolean wasUnderWay = !emptying.isDone();
            if (!wasUnderWay) {
                emptying = onItsOwnThread(this::bringSpool);
            }
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - ticker.monotonicTime());
            // What was under way may have begun before the last of it was there, or before the database was.
            comes = isDoneWithin(Math.max(0, leftMillis), emptying) && (wasUnderWay || !away);
        }
    }

    /**
     * Waits for a first entry, and then as long as others may come to go with it: asleep, so that they do not each wake us. What has come during a
     * slow write has waited already.
     */
    private void collect(List<LedgerEntry> batch) throws InterruptedException {
        long beganNanos = waiting.isEmpty() ? ticker.monotonicTime() : collectedNanos;
        long deadlineNanos = beganNanos + config.writeEvery().toNanos();
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
        collectedNanos = ticker.monotonicTime();
    }

    /** Whether the database has them in time. If it takes them later nonetheless, they are written twice, which is once. */
    private boolean insert(List<LedgerEntry> entries) {
        if (inserting.isDone()) {
            inserting = onItsOwnThread(() -> store.insert(entries));
            if (isDoneWithin(INSERT_MILLIS_MAX, inserting)) {
                writtenCounter.increment(entries.size());
                return true;
            }
        }
        away = true;
        log.warn(
                "{} entries of the ledger go to the spool, and all others until the database is back: {}",
                entries.size(),
                inserting.isCompletedExceptionally()
                        ? inserting.exceptionNow().toString()
                        : "it has not answered for " + INSERT_MILLIS_MAX + " ms");
        return false;
    }

    /** Nobody interrupts it: that would close H2's file. */
    private static CompletableFuture<Void> onItsOwnThread(Runnable work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofVirtual().name("weir-ledger-database").start(() -> {
            try {
                work.run();
                done.complete(null);
            } catch (Throwable failure) { // of which whoever waits hears, whatever it is
                done.completeExceptionally(failure);
            }
        });
        return done;
    }

    private static boolean isDoneWithin(long millis, CompletableFuture<Void> work) {
        try {
            work.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
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
        if (nowNanos - spoolTriedNanos < config.spoolRetryEvery().toNanos()
                || !emptying.isDone()
                || (spool.isEmpty() && !away)) {
            return;
        }
        spoolTriedNanos = nowNanos;
        emptying = onItsOwnThread(this::bringSpool);
    }

    private void bringSpool() {
        try {
            spool.bringTo(entries -> {
                store.insert(entries);
                writtenCounter.increment(entries.size());
            });
            away = false;
            log.info("the ledger's spool has reached the database");
        } catch (IOException | RuntimeException failure) {
            away = true;
            log.warn("the ledger's spool stays: {}", failure.toString());
        }
    }
}
