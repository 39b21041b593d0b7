package dev.weir.engine.scheduling;

/**
 * What an operator may choose about scheduling.
 *
 * @param prefixCache whether equal beginnings of prompts are computed once
 * @param decodeShareMin of their undisturbed rate that running sequences keep while prompts are computed; 0: no such promise
 */
public record SchedulingPolicy(boolean prefixCache, double decodeShareMin) {

    public static final double DECODE_SHARE_MIN_DEFAULT = 0.5;

    public SchedulingPolicy {
        if (!(decodeShareMin >= 0 && decodeShareMin < 1)) {
            throw new IllegalArgumentException("decodeShareMin must be in [0, 1): " + decodeShareMin);
        }
    }

    /** With prefix cache, and half of the undisturbed rate. */
    public static SchedulingPolicy defaults() {
        return new SchedulingPolicy(true, DECODE_SHARE_MIN_DEFAULT);
    }
}
