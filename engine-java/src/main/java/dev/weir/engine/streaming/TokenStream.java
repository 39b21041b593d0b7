package dev.weir.engine.streaming;

import dev.weir.engine.request.TokenEvent;
import dev.weir.engine.request.TokenEvent.Finished;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One generation's events between the engine thread, which publishes, and one consumer, which polls. It holds at most {@code tokensMax}
 * tokens: the engine does not go on with a sequence while its stream is full, so a slow reader costs its own speed and nobody's memory.
 * The end is not counted, nor is a vector, nor what was told before or how likely the prompt was: they always fit.
 *
 * <p>No method waits. Callbacks run on the thread that caused them, outside the lock: the consumer's on the engine thread, the engine's
 * on the consumer's. Both must only hand over (ring, or submit to an event loop).
 */
public final class TokenStream {

    /** A reader may lag this many tokens behind before its sequence pauses: seconds of text for a human, little memory for us. */
    public static final int TOKENS_MAX_DEFAULT = 128;

    private final int tokensMax;
    private final Queue<TokenEvent> events;
    private @Nullable Runnable onReadable;
    private @Nullable Runnable onDemand;
    private @Nullable Runnable onEnd;
    private boolean readerWaits = true;
    private volatile int tokenCount;
    private volatile boolean finished;
    private volatile boolean cancelled;

    public TokenStream() {
        this(TOKENS_MAX_DEFAULT);
    }

    public TokenStream(int tokensMax) {
        if (tokensMax < 1) {
            throw new IllegalArgumentException("tokensMax must be at least 1: " + tokensMax);
        }
        this.tokensMax = tokensMax;
        events = new ArrayDeque<>(Math.min(tokensMax, 16) + 1);
    }

    // --- the consumer's side

    /**
     * Sets, once, what to call when there is something to poll: at once if there is already, and from then on whenever an event arrives
     * after {@link #poll} had answered null. Called from the engine thread.
     */
    public void onReadable(Runnable callback) {
        boolean readable;
        synchronized (this) {
            if (onReadable != null) {
                throw new IllegalStateException("onReadable was set before");
            }
            onReadable = callback;
            readable = !events.isEmpty();
            readerWaits = !readable;
        }
        if (readable) {
            callback.run();
        }
    }

    /** Sets, once and before the request is submitted, what to call when the engine has let go of the sequence. Called from the engine thread. */
    public synchronized void onEnd(Runnable callback) {
        if (onEnd != null) {
            throw new IllegalStateException("onEnd was set before");
        }
        onEnd = callback;
    }

    /** The next event; null if there is none yet, or none any more after {@link Finished}. */
    public @Nullable TokenEvent poll() {
        TokenEvent event;
        Runnable demand = null;
        synchronized (this) {
            event = events.poll();
            if (event == null) {
                readerWaits = true;
            } else if (event instanceof TokenEvent.Token) {
                if (isFull()) {
                    demand = onDemand;
                }
                tokenCount = tokenCount - 1;
            }
        }
        run(demand);
        return event;
    }

    /**
     * The consumer wants no more. Unread tokens are dropped; the engine frees the sequence within one step and publishes its end, which
     * may still be polled. Safe to call from any thread, any number of times.
     */
    public void cancel() {
        Runnable demand = null;
        synchronized (this) {
            if (!cancelled && !finished) {
                cancelled = true;
                events.clear();
                tokenCount = 0;
                demand = onDemand;
            }
        }
        run(demand);
    }

    // --- the engine's side

    /** Sets, once, what to call when a full stream has room again and when the consumer cancels. */
    public synchronized void onDemand(Runnable callback) {
        if (onDemand != null) {
            throw new IllegalStateException("onDemand was set before: a stream serves one request");
        }
        onDemand = callback;
    }

    /** True when no token may be published until the consumer has polled. */
    public boolean isFull() {
        return tokenCount >= tokensMax;
    }

    public boolean isCancelled() {
        return cancelled;
    }

    /**
     * Adds an event; a token after cancellation is dropped.
     *
     * @throws IllegalStateException when the stream is full or has ended: the engine did not keep the contract
     */
    public void publish(TokenEvent event) {
        Runnable readable = null;
        Runnable end = null;
        synchronized (this) {
            if (finished) {
                throw new IllegalStateException("the stream has ended");
            }
            switch (event) {
                case TokenEvent.Token _
                when cancelled -> {
                    return;
                }
                case TokenEvent.Token _
                when isFull() -> throw new IllegalStateException("the stream is full: " + tokensMax);
                case TokenEvent.Token _ -> tokenCount = tokenCount + 1;
                case TokenEvent.Pooled _, TokenEvent.Told _, TokenEvent.PromptScored _ -> {}
                case Finished _ -> {
                    finished = true;
                    end = onEnd;
                }
            }
            events.add(event);
            if (readerWaits) {
                readerWaits = false;
                readable = onReadable;
            }
        }
        run(end);
        run(readable);
    }

    private static void run(@Nullable Runnable callback) {
        if (callback != null) {
            callback.run();
        }
    }
}
