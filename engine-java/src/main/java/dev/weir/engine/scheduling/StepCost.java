package dev.weir.engine.scheduling;

/** What steps cost on the machine at hand, as far as is known. */
public interface StepCost {

    int UNKNOWN = -1;

    /** A step that gives this many sequences their next token and does nothing else, or {@link #UNKNOWN}. */
    long undisturbedNanos(int nextTokens);

    /** What one prompt token more adds to a step, or {@link #UNKNOWN}. */
    double promptTokenNanos();

    /** A step, which had tokens of at least one kind, took this long. */
    void measured(int nextTokens, int promptTokens, long nanos);
}
