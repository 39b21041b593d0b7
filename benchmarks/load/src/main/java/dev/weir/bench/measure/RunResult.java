package dev.weir.bench.measure;

import dev.weir.bench.load.FailureKind;
import dev.weir.bench.load.Load;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run came to. Rates are over its whole duration, from its start to the end of its last request, as vLLM has them.
 *
 * @param failures by kind; requests of no kind are complete
 * @param failureExamples what a server said, once for each kind
 * @param tokensFromChunks requests whose output tokens are chunks that were counted, because the server did not say
 * @param goodput requests a second that kept the limits; empty without limits
 */
public record RunResult(
        Load load,
        long seed,
        double durationSeconds,
        int completed,
        Map<FailureKind, Integer> failures,
        Map<FailureKind, String> failureExamples,
        long promptTokens,
        long cachedTokens,
        long outputTokens,
        long chunks,
        int tokensFromChunks,
        Map<Metric, Distribution> latencies,
        Optional<Double> goodput,
        List<RequestRow> rows) {

    public int failed() {
        return failures.values().stream().mapToInt(Integer::intValue).sum();
    }

    public double requestsPerSecond() {
        return completed / durationSeconds;
    }

    public double outputTokensPerSecond() {
        return outputTokens / durationSeconds;
    }

    public double totalTokensPerSecond() {
        return (promptTokens + outputTokens) / durationSeconds;
    }

    public Distribution latency(Metric metric) {
        Distribution distribution = latencies.get(metric);
        if (distribution == null) {
            throw new IllegalStateException("a result has every latency; this one lacks " + metric);
        }
        return distribution;
    }
}
