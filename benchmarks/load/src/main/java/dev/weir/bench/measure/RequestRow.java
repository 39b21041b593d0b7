package dev.weir.bench.measure;

/**
 * One complete request, in numbers. Rows are kept so that two results can be compared with confidence intervals.
 *
 * @param dueSeconds since the run's start
 * @param tpotMillis 0 where the answer has one token
 */
public record RequestRow(
        int session,
        int turn,
        double dueSeconds,
        double ttftMillis,
        double tpotMillis,
        double e2elMillis,
        int promptTokens,
        int outputTokens) {}
