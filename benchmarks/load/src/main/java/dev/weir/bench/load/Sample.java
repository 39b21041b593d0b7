package dev.weir.bench.load;

/**
 * One request and what became of it.
 *
 * @param dueNanos when its user wanted it sent; latencies count from here
 */
public record Sample(int session, int turn, long dueNanos, Answer answer) {}
