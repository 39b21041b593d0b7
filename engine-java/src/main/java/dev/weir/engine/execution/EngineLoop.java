package dev.weir.engine.execution;

import dev.weir.engine.admission.Admission.Reason;
import dev.weir.engine.admission.Admission.Rejected;
import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.kvcache.KvCache;
import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.scheduling.BatchLimits;
import dev.weir.engine.scheduling.MeasuredStepCost;
import dev.weir.engine.scheduling.OffloadRule;
import dev.weir.engine.scheduling.PrefillPace;
import dev.weir.engine.scheduling.Scheduler;
import dev.weir.engine.scheduling.SchedulingPolicy;
import dev.weir.engine.scheduling.StepCost;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import dev.weir.engine.tokenization.Tokenizer;
import dev.weir.engine.usage.EngineUsage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns all mutable state of a model. Read {@link #step} first.
 *
 * <p>{@link #start}, {@link #drain}, {@link #close} and the observers may be called from any thread; all else happens on the loop's own.
 */
public final class EngineLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineLoop.class);

    /** Where an engine is in its life. */
    public enum State {
        /** Made, and its executor is not. */
        NEW,
        /** Serves. */
        RUNNING,
        /** Its executor died and is being replaced; requests wait. */
        RECOVERING,
        /** Takes nothing new and finishes what it has. */
        DRAINING,
        /** Its thread has ended and its executor is closed. */
        STOPPED,
        /** No executor could be made; refuses everything. */
        FAILED
    }

    private final String name;
    private final ExecutorSlot executors;
    private final AdmissionQueue admission;
    private final LongSupplier ticker;

    private final Scheduler<Generation> scheduler;
    private final HostMemory hostMemory;
    private final Generations generations;
    private final Accounts accounts;
    private final StepResult result;
    private final Doorbell doorbell = new Doorbell();
    private final Thread thread;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final CompletableFuture<String> deviceLost = new CompletableFuture<>();

    private volatile State state = State.NEW;
    private volatile boolean closing;
    private volatile boolean draining;
    private volatile long drainDeadlineNanos;
    private volatile int endedByStopCount;
    private volatile String whyEnding = "the engine is shutting down";
    private volatile int keptBlocksMax;
    private volatile @Nullable KeptCache beginsWith;
    private volatile @Nullable KeptCache kept;

    /**
     * A loop that is not started yet.
     *
     * @param name of the model; names the thread and stands in logs
     * @param executors makes an executor, and a new one after a fatal failure; called on the loop's thread
     * @param executorLimits what every executor of the supplier says its limits are
     * @param ticker nanoseconds of a monotonic clock, the one that the admission queue uses
     */
    public EngineLoop(
            String name,
            Supplier<? extends ModelExecutor> executors,
            ExecutorLimits executorLimits,
            LoopLimits limits,
            SchedulingPolicy policy,
            AdmissionQueue admission,
            Tokenizer tokenizer,
            EngineUsage usage,
            LongSupplier ticker) {
        if (executorLimits.topLogprobsMax() < SamplingParams.LOGPROB_COUNT_MAX) {
            throw new IllegalArgumentException("topLogprobsMax must be at least " + SamplingParams.LOGPROB_COUNT_MAX
                    + ", which a request may ask for: " + executorLimits.topLogprobsMax());
        }
        this.name = name;
        this.executors = new ExecutorSlot(executors, executorLimits, limits);
        this.admission = admission;
        this.ticker = ticker;
        KvCache cache = new KvCache(
                executorLimits.blockCount(),
                executorLimits.hostBlockCount(),
                executorLimits.blockTokens(),
                policy.prefixCache());
        BatchLimits batch = new BatchLimits(executorLimits.stepTokensMax(), executorLimits.stepSequencesMax());
        StepCost cost = new MeasuredStepCost();
        OffloadRule offloadRule = new OffloadRule(cost);
        scheduler = new Scheduler<>(cache, batch, new PrefillPace(policy.decodeShareMin(), cost), offloadRule);
        hostMemory = new HostMemory(name, this.executors, executorLimits, cache, offloadRule, ticker);
        accounts = new Accounts(scheduler, admission, usage);
        result = new StepResult(batch.stepTokensMax(), executorLimits.topLogprobsMax());
        generations = new Generations(
                admission,
                scheduler,
                tokenizer,
                usage,
                ticker,
                doorbell,
                executorLimits.contextTokensMax(),
                limits.consumerStallMax());
        thread = Thread.ofPlatform().name("engine-" + name).unstarted(this::run);
        admission.onArrival(doorbell::ring);
        usage.kvCache(cache.blockTokens(), cache.blockCount());
        usage.watch(
                generations::runningCount,
                generations::waitingCount,
                () -> (double) generations.ownedBlocks() / cache.blockCount());
    }

    /**
     * Starts the thread and waits until it has made its executor.
     *
     * @throws RuntimeException what the supplier threw; the loop is then {@code FAILED}
     */
    public void start() {
        start(null);
    }

    /** As above, and begins with what another loop of the model kept, which stays the caller's to close. */
    public void start(@Nullable KeptCache from) {
        beginsWith = from;
        if (!startThread()) {
            throw new IllegalStateException("the engine was started or closed before");
        }
        try {
            started.join();
        } catch (CompletionException failure) {
            switch (failure.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw failure;
            }
        }
    }

    public State state() {
        State now = state;
        return draining && (now == State.RUNNING || now == State.RECOVERING) ? State.DRAINING : now;
    }

    /** Completed, with what is known of it, once no executor can be made in this process any more; on the loop's thread. */
    public CompletableFuture<String> deviceLost() {
        return deviceLost;
    }

    /** KV blocks that sequences own. When the end of a stream can be polled, its blocks are no longer among them. */
    public int ownedBlocks() {
        return generations.ownedBlocks();
    }

    /** Requests that have been admitted and have not ended. */
    public int activeCount() {
        return generations.runningCount() + generations.waitingCount();
    }

    /**
     * Stops admitting, finishes what has been admitted, cancels what is left after {@code patience}, and ends the thread. Waits for all
     * of that.
     *
     * @return true when nothing had to be cancelled
     */
    public boolean drain(Duration patience) {
        return drain(patience, whyEnding);
    }

    /** As above; {@code why} is what requests are told that are turned away or cancelled. */
    public boolean drain(Duration patience, String why) {
        whyEnding = why;
        admission.close(shuttingDown());
        drainDeadlineNanos = ticker.getAsLong() + patience.toNanos();
        draining = true;
        awaitEnd();
        return endedByStopCount == 0;
    }

    /** As above, and keeps at most so many blocks of what can be found then in the machine's memory: {@link #kept}. */
    public boolean drain(Duration patience, String why, int blocksMax) {
        keptBlocksMax = blocksMax;
        return drain(patience, why);
    }

    /** What the drain kept, the caller's to close. */
    public Optional<KeptCache> kept() {
        return Optional.ofNullable(kept);
    }

    /** Cancels everything and ends the thread; waits for the step that runs. Idempotent. */
    @Override
    public void close() {
        admission.close(shuttingDown());
        closing = true;
        awaitEnd();
    }

    /** One turn. False when there was nothing to compute, nor will there be until the doorbell rings or a deadline passes. */
    boolean step() {
        long nowNanos = ticker.getAsLong();
        admission.drain(generations::accept); //              6 admitted
        generations.letGo(nowNanos); //                         or cancelled
        StepPlan plan = scheduler.plan(); //                  7 batched
        generations.planned(nowNanos);
        hostMemory.move(scheduler.moves()); //                  brought away, or back
        if (plan.isEmpty()) {
            return false;
        }
        long begunNanos = ticker.getAsLong();
        executors.executor().execute(plan, result); //        8 computed, 9 sampled
        long doneNanos = ticker.getAsLong();
        scheduler.apply(result, doneNanos - begunNanos);
        generations.deliver(plan, result, doneNanos); //     10 detokenised, 11 streamed
        generations.pool(plan, result); //                      or made a vector of
        accounts.stepped(plan); //                           12 accounted
        executors.worked();
        return true;
    }

    /** The whole invariant of the block accounting; for tests. */
    void check() {
        scheduler.check();
    }

    // --- the thread's life

    private synchronized boolean startThread() {
        boolean isNew = thread.getState() == Thread.State.NEW;
        if (isNew) {
            thread.start();
        }
        return isNew;
    }

    private void run() {
        try {
            if (goesOn()) {
                open();
                KeptCache from = beginsWith;
                if (from != null) {
                    hostMemory.begin(from);
                    beginsWith = null;
                }
            }
            started.complete(null);
            while (goesOn()) {
                turn();
            }
            if (state != State.FAILED) {
                stop();
            }
        } catch (RuntimeException | Error failure) {
            giveUp(failure);
            started.completeExceptionally(failure);
        } finally {
            executors.close();
        }
    }

    void open() {
        executors.open();
        hostMemory.tryOut();
        state = State.RUNNING;
    }

    private boolean goesOn() {
        if (closing || state == State.FAILED) {
            return false;
        }
        return !draining || !(generations.isEmpty() || drainDeadlineNanos - ticker.getAsLong() <= 0);
    }

    /** One step, or a wait where there is none to make. Nothing that goes wrong in it ends the thread unheard. */
    private void turn() {
        try {
            if (!step()) {
                sleep(generations.untilLetGoNanos(ticker.getAsLong()));
            }
        } catch (ExecutionException failure) {
            switch (failure.goesOn()) {
                case EXECUTOR -> {
                    LOG.error("{}: a step was refused.", name, failure);
                    refused(failure);
                }
                case ANOTHER_EXECUTOR, ANOTHER_PROCESS -> recover(failure);
            }
        } catch (RuntimeException | Error failure) {
            recover(failure);
        }
    }

    /** Ends what the refused step was about; all else goes on. */
    void refused(ExecutionException failure) {
        generations.endPlanned(
                failure.isOutOfMemory() ? FinishReason.OUT_OF_MEMORY : FinishReason.ERROR,
                "the engine could not compute this request: " + failure.getMessage());
    }

    private void sleep(long nanosMax) {
        long untilDrainedNanos = draining ? drainDeadlineNanos - ticker.getAsLong() : Long.MAX_VALUE;
        try {
            doorbell.await(Math.min(nanosMax, untilDrainedNanos));
        } catch (InterruptedException _) { // the thread is ours: whoever interrupts it wants its end
            closing = true;
        }
    }

    /** Ends what was running, and replaces the executor unless that was tried too often or cannot help. What waits goes on waiting. */
    private void recover(Throwable failure) {
        LOG.error("{}: the executor failed.", name, failure);
        executors.close();
        Throwable cause = failure;
        while (!ExecutionException.isDeviceLost(cause) && executors.mayRestart()) {
            state = State.RECOVERING;
            generations.endRunning("the engine failed: " + ExecutionException.told(failure));
            long retryNanos = ticker.getAsLong() + executors.countRestart().toNanos();
            while (goesOn() && retryNanos - ticker.getAsLong() > 0) {
                sleep(retryNanos - ticker.getAsLong());
            }
            if (!goesOn()) {
                return;
            }
            try {
                open();
                LOG.info("{}: the executor was replaced.", name);
                return;
            } catch (RuntimeException | Error again) {
                LOG.error("{}: the executor could not be replaced.", name, again);
                executors.close(); // it may have failed its first moves only
                cause = again;
            }
        }
        giveUp(cause);
    }

    private void giveUp(Throwable cause) {
        String message = "the engine failed and has to be started again: " + ExecutionException.told(cause);
        if (started.isDone()) { // before that, start() throws it at whoever started the engine
            LOG.error("{}: {}", name, message);
        }
        admission.close(new Rejected(Reason.ENGINE_FAILED, message));
        state = State.FAILED;
        admission.drain(generations::accept);
        generations.endAll(FinishReason.ERROR, message);
        if (ExecutionException.isDeviceLost(cause)) {
            deviceLost.complete(ExecutionException.told(cause));
        }
    }

    private void stop() {
        admission.close(shuttingDown());
        admission.drain(generations::accept);
        endedByStopCount = generations.endAll(FinishReason.CANCELLED, whyEnding);
        if (keptBlocksMax > 0 && state == State.RUNNING) {
            kept = hostMemory.keep(keptBlocksMax);
        }
        executors.close();
        state = State.STOPPED;
    }

    private void awaitEnd() {
        startThread(); // one that never ran has the queue to clear, too
        doorbell.ring();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Rejected shuttingDown() {
        return new Rejected(Reason.SHUTTING_DOWN, whyEnding);
    }
}
