package dev.weir.engine.usage;

import dev.weir.engine.request.TokenEvent;

/** When the stations of one request were passed, in nanoseconds of the engine's ticker. Written by the engine thread. */
public final class RequestTimeline {

    private final long submittedNanos;
    private long begunNanos;
    private long firstTokenNanos;
    private long lastTokenNanos;
    private boolean begun;
    private boolean hasToken;

    public RequestTimeline(long submittedNanos) {
        this.submittedNanos = submittedNanos;
    }

    /** It is in a step for the first time. */
    public void begun(long nowNanos) {
        begun = true;
        begunNanos = nowNanos;
    }

    public boolean hasBegun() {
        return begun;
    }

    boolean hasToken() {
        return hasToken;
    }

    /** A token arrived; returns the nanoseconds since the one before, or since submission for the first. */
    long token(long nowNanos) {
        long sinceNanos = nowNanos - (hasToken ? lastTokenNanos : submittedNanos);
        if (!hasToken) {
            hasToken = true;
            firstTokenNanos = nowNanos;
        }
        lastTokenNanos = nowNanos;
        return sinceNanos;
    }

    long queueNanos() {
        return begunNanos - submittedNanos;
    }

    long prefillNanos() {
        return firstTokenNanos - begunNanos;
    }

    long decodeNanos() {
        return lastTokenNanos - firstTokenNanos;
    }

    /** What its time went into, if it ends now. */
    public TokenEvent.Times times(long nowNanos) {
        if (!begun) {
            return new TokenEvent.Times(sinceSubmissionNanos(nowNanos), 0, 0);
        }
        return hasToken
                ? new TokenEvent.Times(queueNanos(), prefillNanos(), decodeNanos())
                : new TokenEvent.Times(queueNanos(), nowNanos - begunNanos, 0);
    }

    /** How long ago it was submitted. */
    public long sinceSubmissionNanos(long nowNanos) {
        return nowNanos - submittedNanos;
    }
}
