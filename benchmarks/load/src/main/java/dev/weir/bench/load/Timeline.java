package dev.weir.bench.load;

/** A clock, and the one thread on which what was put on the clock happens. */
public interface Timeline {
    /** Nanoseconds since some moment; may be asked on any thread. */
    long nanos();

    /** Has something happen at a time, at once where that has passed. What is put on it for the same time happens in that order. */
    void at(long nanos, Runnable action);
}
