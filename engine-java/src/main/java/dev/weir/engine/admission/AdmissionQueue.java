package dev.weir.engine.admission;

import dev.weir.engine.admission.Admission.Admitted;
import dev.weir.engine.admission.Admission.Reason;
import dev.weir.engine.admission.Admission.Rejected;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.streaming.TokenStream;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
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
    private final Map<Reason, Long> rejectedCounts = new EnumMap<>(Reason.class);
    private int waitingCount;
    private long waitingTokens;
    private long backlogTokens;
    private double promptTokensPerSecond;
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
        Runnable arrival;
        Admitted admitted;
        synchronized (this) {
            Rejected rejected = unfit == null ? inconvenient(request) : unfit;
            if (rejected != null) {
                rejectedCounts.merge(rejected.reason(), 1L, Long::sum);
                return rejected;
            }
            waitingCount++;
            waitingTokens += request.promptTokenIds().length;
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

    /** How many requests were turned away for this reason. */
    public synchronized long rejectedCount(Reason reason) {
        return rejectedCounts.getOrDefault(reason, 0L);
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

    /** A request handed over by {@link #drain} waits no longer: it has begun, or ended before it could. */
    public synchronized void release(GenerationRequest request) {
        if (waitingCount == arrived.size()) {
            throw new IllegalStateException(
                    "released one more than was handed over: all " + waitingCount + " are still here");
        }
        waitingCount--;
        waitingTokens -= request.promptTokenIds().length;
    }

    /**
     * What deadlines are judged by.
     *
     * @param backlog prompt tokens that have begun and are not computed
     * @param tokensPerSecond how fast prompts are computed; 0: not known, and every deadline is taken for reachable
     */
    public synchronized void measured(long backlog, double tokensPerSecond) {
        backlogTokens = backlog;
        promptTokensPerSecond = tokensPerSecond;
    }

    /** Turns away every further request with this answer; what has come in stays. The last call counts. */
    public synchronized void close(Rejected answer) {
        closed = answer;
    }

    /** Why the request cannot come in now; null if it can. Called under the lock. */
    private @Nullable Rejected inconvenient(GenerationRequest request) {
        if (closed != null) {
            return closed;
        }
        if (waitingCount >= limits.waitingMax()) {
            return new Rejected(Reason.QUEUE_FULL, waitingCount + " requests are waiting, which is the limit");
        }
        if (!request.terms().hasDeadline() || promptTokensPerSecond == 0) {
            return null;
        }
        long aheadTokens = waitingTokens + backlogTokens;
        double seconds = (aheadTokens + request.promptTokenIds().length) / promptTokensPerSecond;
        double deadlineSeconds = request.terms().firstTokenMaxNanos() / 1e9;
        return seconds <= deadlineSeconds
                ? null
                : new Rejected(
                        Reason.DEADLINE_UNREACHABLE,
                        "the first token would come after about %.1f s (%d prompt tokens are ahead of its %d, and %.0f are computed in a second), its deadline is %.1f s"
                                .formatted(
                                        seconds,
                                        aheadTokens,
                                        request.promptTokenIds().length,
                                        promptTokensPerSecond,
                                        deadlineSeconds));
    }

    private @Nullable Rejected unfit(GenerationRequest request) {
        int[] promptTokenIds = request.promptTokenIds();
        int promptTokens = promptTokenIds.length;
        boolean continues = request.pooling() == Pooling.NONE && request.newTokensMax() > 0;
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
        long newTokens = continues ? Math.min(request.newTokensMax(), limits.contextTokensMax() - promptTokens) : 0;
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
