package dev.weir.engine.execution;

import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.tokenization.Tokenizer;
import dev.weir.engine.usage.EngineUsage;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The one thread that owns all mutable state of a model. */
@SuppressWarnings("DoNotCallSuggester") // the public surface first; the bodies follow
public final class EngineLoop implements AutoCloseable {

    /** Where an engine is in its life. */
    public enum State {
        /** Made, not started. */
        NEW,
        /** Serves. */
        RUNNING,
        /** Its executor died and is being replaced; requests wait. */
        RECOVERING,
        /** Takes nothing new and finishes what it has. */
        DRAINING,
        /** Its thread has ended and its executor is closed. */
        STOPPED,
        /** Gave up replacing a dead executor; refuses everything. */
        FAILED
    }

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
            AdmissionQueue admission,
            Tokenizer tokenizer,
            EngineUsage usage,
            LongSupplier ticker) {}

    /** Starts the thread and waits until it has made its executor. Throws what the supplier threw; the loop is then {@code FAILED}. */
    public void start() {
        throw new UnsupportedOperationException();
    }

    public State state() {
        throw new UnsupportedOperationException();
    }

    /** KV blocks that sequences own now. */
    public int ownedBlocks() {
        throw new UnsupportedOperationException();
    }

    /**
     * Stops admitting, finishes what has been admitted, cancels what is left after {@code patience}, and ends the thread. Waits for all
     * of that.
     *
     * @return true when nothing had to be cancelled
     */
    public boolean drain(Duration patience) {
        throw new UnsupportedOperationException();
    }

    /** Cancels everything and ends the thread; waits for the step that runs. Idempotent. */
    @Override
    public void close() {}
}
