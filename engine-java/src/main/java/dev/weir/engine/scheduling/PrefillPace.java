package dev.weir.engine.scheduling;

/**
 * How many prompt tokens a step may compute beside the next tokens of running sequences, so that these keep a share of their undisturbed
 * rate. A long prompt then delays everybody a little for a while, and stops nobody.
 *
 * <p>With a share of one half, every step earns prompts as much time as it takes undisturbed, and pays what it took beyond that, as
 * measured: also one without prompts, which finds caches full of what others left there. So the rate holds over a few steps whatever the
 * estimates were worth, and a chunk that would be too small to be worth its overhead is saved up for. Prompts have what is earned only
 * while they ask for it: savings end at one such chunk.
 *
 * <p>What an undisturbed step takes is found by leaving one undisturbed: where its size has never been measured, and every
 * {@value #PROBE_STEPS} steps.
 */
public final class PrefillPace {

    /** Prompt tokens that are worth a step's disturbance: those of a block. */
    static final int CHUNK_TOKENS_MIN = 16;

    static final int PROBE_STEPS = 32;

    /** How many undisturbed steps a single overrun may cost prompts: a hiccup of the machine is not theirs to pay. */
    private static final int DEBT_STEPS_MAX = 64;

    private final double earnedPerStep;
    private final StepCost cost;
    private double creditNanos;
    private int stepsSinceProbe;
    private boolean earning;

    /**
     * A pace for one engine.
     *
     * @param decodeShareMin of their undisturbed rate that running sequences keep; 0: prompts take whatever a step has room for
     */
    public PrefillPace(double decodeShareMin, StepCost cost) {
        if (!(decodeShareMin >= 0 && decodeShareMin < 1)) {
            throw new IllegalArgumentException("decodeShareMin must be in [0, 1): " + decodeShareMin);
        }
        earnedPerStep = decodeShareMin == 0 ? Double.POSITIVE_INFINITY : 1 / decodeShareMin - 1;
        this.cost = cost;
    }

    /** For a step with {@code nextTokens} and room for {@code tokensMax} more. To be asked once for each step, if there are prompts at all. */
    int promptTokens(int nextTokens, int tokensMax) {
        earning = false;
        if (nextTokens == 0 || earnedPerStep == Double.POSITIVE_INFINITY) {
            return tokensMax;
        }
        long undisturbedNanos = cost.undisturbedNanos(nextTokens);
        earning = undisturbedNanos != StepCost.UNKNOWN;
        if (!earning || ++stepsSinceProbe >= PROBE_STEPS) {
            return 0;
        }
        if (undisturbedNanos == 0) { // the clock is too coarse to tell anything
            return tokensMax;
        }
        int chunkMin = Math.min(CHUNK_TOKENS_MIN, tokensMax);
        double tokenNanos = cost.promptTokenNanos();
        double earnedNanos = earnedPerStep * undisturbedNanos;
        creditNanos = Math.min(creditNanos, CHUNK_TOKENS_MIN * Math.max(tokenNanos, 0)) + earnedNanos;
        if (tokenNanos == StepCost.UNKNOWN) {
            return chunkMin;
        }
        double affordable = creditNanos / tokenNanos;
        return affordable < chunkMin ? 0 : (int) Math.min(affordable, tokensMax);
    }

    void measured(int nextTokens, int promptTokens, long nanos) {
        if (nextTokens == 0 && promptTokens == 0) {
            return;
        }
        if (earning && nextTokens > 0) {
            long undisturbedNanos = Math.max(cost.undisturbedNanos(nextTokens), 0);
            double earnedNanos = earnedPerStep * undisturbedNanos;
            double beyondNanos = nanos - undisturbedNanos;
            if (promptTokens == 0) { // at most half of what it earned, or a machine's noise would starve prompts
                beyondNanos = Math.min(beyondNanos, earnedNanos / 2);
            }
            creditNanos = Math.max(creditNanos - beyondNanos, -DEBT_STEPS_MAX * earnedNanos);
        }
        if (promptTokens == 0) {
            stepsSinceProbe = 0;
        }
        earning = false;
        cost.measured(nextTokens, promptTokens, nanos);
    }
}
