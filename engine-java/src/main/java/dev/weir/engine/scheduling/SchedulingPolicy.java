package dev.weir.engine.scheduling;

/**
 * What an operator may choose about scheduling.
 *
 * @param prefixCache whether equal beginnings of prompts are computed once
 * @param decodeShareMin of their undisturbed rate that running sequences keep while prompts are computed; 0: no such promise
 * @param hostBytesMax of the machine's memory for KV blocks that are away from a model's cache, while it is awake and while it sleeps; 0: none are
 */
public record SchedulingPolicy(boolean prefixCache, double decodeShareMin, long hostBytesMax) {

    public static final double DECODE_SHARE_MIN_DEFAULT = 0.5;

    public SchedulingPolicy {
        if (!(decodeShareMin >= 0 && decodeShareMin < 1)) {
            throw new IllegalArgumentException("decodeShareMin must be in [0, 1): " + decodeShareMin);
        }
        if (hostBytesMax < 0) {
            throw new IllegalArgumentException("hostBytesMax must not be negative: " + hostBytesMax);
        }
    }

    /** One that keeps blocks where they are. */
    public SchedulingPolicy(boolean prefixCache, double decodeShareMin) {
        this(prefixCache, decodeShareMin, 0);
    }

    /** With prefix cache, and half of the undisturbed rate. */
    public static SchedulingPolicy defaults() {
        return new SchedulingPolicy(true, DECODE_SHARE_MIN_DEFAULT);
    }
}
