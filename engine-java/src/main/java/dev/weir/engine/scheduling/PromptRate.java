package dev.weir.engine.scheduling;

/** How fast prompts are done with while there are any, over the last few dozen steps. */
final class PromptRate {

    private static final double KEPT_SHARE = 0.95;

    /** Before that many steps were seen, of which the first are slow, nothing is said. */
    private static final int STEPS_MIN = 16;

    private double tokens;
    private double nanos;
    private int stepCount;

    /** A step took {@code stepNanos} while prompts were waiting, and was done with so many of their tokens. */
    void measured(long tokenCount, long stepNanos) {
        tokens = tokens * KEPT_SHARE + tokenCount;
        nanos = nanos * KEPT_SHARE + stepNanos;
        stepCount = Math.min(stepCount + 1, STEPS_MIN);
    }

    /** 0 if too little was seen to tell. */
    double tokensPerSecond() {
        return stepCount < STEPS_MIN || nanos == 0 ? 0 : tokens * 1e9 / nanos;
    }
}
