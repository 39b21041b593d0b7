package dev.weir.engine.scheduling;

/**
 * Whether the blocks of a victim are brought to the machine's memory and back, or what they hold is computed again: whatever takes less time,
 * as measured. There and back are {@code 2 x blocks x} the time of moving one, which is its bytes over the copy rate; again is
 * {@code tokens x} the time of computing one, which is one over the rate of prompts. While either is unknown, everything is computed again.
 */
public final class OffloadRule {

    /** Of a new measurement; the rest is what was known. */
    private static final double NEW_SHARE = 0.25;

    private final StepCost cost;
    private double blockNanos = StepCost.UNKNOWN;

    /** By what steps cost on the machine at hand. */
    public OffloadRule(StepCost cost) {
        this.cost = cost;
    }

    /** So many blocks moved, one way, in this time. */
    public void moved(int blockCount, long nanos) {
        double measured = (double) nanos / blockCount;
        blockNanos = blockNanos == StepCost.UNKNOWN ? measured : blockNanos + NEW_SHARE * (measured - blockNanos);
    }

    /** Whether blocks are moved rather than their tokens computed again. */
    boolean pays(int blockCount, int tokenCount) {
        double tokenNanos = cost.promptTokenNanos();
        return blockNanos != StepCost.UNKNOWN
                && tokenNanos != StepCost.UNKNOWN
                && 2 * blockCount * blockNanos < tokenCount * tokenNanos;
    }
}
