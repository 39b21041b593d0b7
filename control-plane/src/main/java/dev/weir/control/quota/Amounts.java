package dev.weir.control.quota;

import dev.weir.control.completion.Saturating;
import dev.weir.control.completion.Usage;

/**
 * What a request takes, in everything that is limited.
 *
 * @param slotCount of requests under way
 */
public record Amounts(long requestCount, long inputTokens, long outputTokens, long costNanos, long slotCount) {
    /** What a request has taken that is over. */
    public static Amounts spent(Usage usage, long costNanos) {
        return new Amounts(1, usage.inputTokens(), usage.outputTokens(), costNanos, 0);
    }

    /** What a request has taken that got no answer. */
    public static Amounts nothing() {
        return new Amounts(0, 0, 0, 0, 0);
    }

    long of(Limit.Metric metric) {
        return switch (metric) {
            case REQUESTS -> requestCount;
            case INPUT_TOKENS -> inputTokens;
            case OUTPUT_TOKENS -> outputTokens;
            case TOKENS -> Saturating.sum(inputTokens, outputTokens);
            case COST -> costNanos;
            case CONCURRENCY -> slotCount;
        };
    }
}
