package dev.weir.engine.admission;

import dev.weir.engine.admission.Admission.Admitted;
import dev.weir.engine.admission.Admission.Reason;
import dev.weir.engine.admission.Admission.Rejected;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.streaming.TokenStream;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bounded door between any number of callers and one engine thread. A request counts as waiting from {@link #submit} until the engine
 * {@linkplain #release says} that it has begun or ended, wherever it waits in between, so the bound holds for the engine as a whole.
 */
public final class AdmissionQueue {

    private final AdmissionLimits limits;
    private final LongSupplier ticker;
    private final Queue<Submission> arrived = new ArrayDeque<>();
    private Runnable onArrival = () -> {};
    private int waitingCount;
    private @Nullable Rejected closed;

    /**
     * An open queue.
     *
     * @param ticker nanoseconds of a monotonic clock; stamps arrivals
     */
    public AdmissionQueue(AdmissionLimits limits, LongSupplier ticker) {
        this.limits = limits;
        this.ticker = ticker;
    }

    // --- the callers' side

    /** Admits a request whose events {@code stream}, made for it alone, will carry; or says why not. Any thread; never waits. */
    public Admission submit(GenerationRequest request, TokenStream stream) {
        Rejected unfit = unfit(request);
        if (unfit != null) {
            return unfit;
        }
        Runnable arrival;
        Admitted admitted;
        synchronized (this) {
            if (closed != null) {
                return closed;
            }
            if (waitingCount >= limits.waitingMax()) {
                return new Rejected(Reason.QUEUE_FULL, waitingCount + " requests are waiting, which is the limit");
            }
            waitingCount++;
            arrived.add(new Submission(request, stream, ticker.getAsLong()));
            admitted = new Admitted(waitingCount);
            arrival = onArrival;
        }
        arrival.run();
        return admitted;
    }

    /** Requests that have come in and not begun. */
    public synchronized int waitingCount() {
        return waitingCount;
    }

    // --- the engine's side

    /** What to call, on the caller's thread, after something has come in. */
    public synchronized void onArrival(Runnable callback) {
        onArrival = callback;
    }

    /** Hands over everything that has come in since the last call, in order. */
    public void drain(Consumer<? super Submission> engine) {
        for (Submission next = next(); next != null; next = next()) {
            engine.accept(next);
        }
    }

    private synchronized @Nullable Submission next() {
        return arrived.poll();
    }

    /** {@code count} requests handed over by {@link #drain} wait no longer: they have begun, or ended before they could. */
    public synchronized void release(int count) {
        if (count < 0 || count > waitingCount - arrived.size()) {
            throw new IllegalArgumentException("released " + count + " of " + waitingCount + " waiting requests, "
                    + arrived.size() + " of them not yet handed over");
        }
        waitingCount -= count;
    }

    /** Turns away every further request with this answer; what has come in stays. The last call counts. */
    public synchronized void close(Rejected answer) {
        closed = answer;
    }

    private @Nullable Rejected unfit(GenerationRequest request) {
        int[] promptTokenIds = request.promptTokenIds();
        int promptTokens = promptTokenIds.length;
        boolean continues = request.pooling() == Pooling.NONE;
        if (promptTokens + (continues ? 1 : 0) > limits.contextTokensMax()) {
            return new Rejected(
                    Reason.PROMPT_TOO_LONG,
                    "the prompt has " + promptTokens + " tokens, the model's context is " + limits.contextTokensMax()
                            + (continues ? ", which must hold the prompt and at least one token more" : ""));
        }
        for (int index = 0; index < promptTokens; index++) {
            int tokenId = promptTokenIds[index];
            if (tokenId < 0 || tokenId >= limits.vocabSize()) {
                return new Rejected(
                        Reason.UNKNOWN_TOKEN,
                        "prompt token " + index + " is " + tokenId + ", the model's vocabulary has ids 0 to "
                                + (limits.vocabSize() - 1));
            }
        }
        long newTokens =
                continues ? Math.min(request.stop().outputTokensMax(), limits.contextTokensMax() - promptTokens) : 0;
        // The token sampled last is never computed, so it needs no place.
        long computedTokens = promptTokens + Math.max(newTokens - 1, 0);
        long blocksNeeded = Math.ceilDiv(computedTokens, limits.blockTokens());
        if (blocksNeeded > limits.blockCount()) {
            return new Rejected(
                    Reason.NEVER_FITS,
                    "the prompt of " + promptTokens + " tokens and up to " + newTokens
                            + " new ones need " + blocksNeeded + " KV blocks, the engine has " + limits.blockCount()
                            + " of " + limits.blockTokens()
                            + " tokens: ask for fewer tokens or give it a larger KV cache");
        }
        return null;
    }
}
