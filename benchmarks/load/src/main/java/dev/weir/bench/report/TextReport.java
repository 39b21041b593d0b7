package dev.weir.bench.report;

import dev.weir.bench.measure.Distribution;
import dev.weir.bench.measure.Metric;
import dev.weir.bench.measure.RunResult;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A report for a terminal. */
public final class TextReport {
    private static final String ROW = "  %-5s %9s %9s %9s %9s %9s %9s %9s%n";

    private TextReport() {}

    /** The whole text, with the definitions of what it says. */
    public static String write(ServeReport report) {
        StringBuilder text = new StringBuilder();
        add(text, "%n%s at %s, %s%n", report.model(), report.url(), words(report.workload()));
        add(text, "prompt lengths %s%n", report.promptLengths());
        for (RunResult run : report.runs()) {
            run(text, report, run);
        }
        add(text, "%n");
        for (Metric metric : Metric.values()) {
            add(text, "%-5s %s: %s%n", metric.key(), metric.words(), metric.definition());
        }
        add(text, "Token counts are the server's usage. Rates are over the whole run. More: docs/benchmarking.md%n");
        return text.toString();
    }

    /** {@code rate 2.0, arrivals poisson} and the like. */
    public static String words(Map<String, String> description) {
        return description.entrySet().stream()
                .map(entry -> entry.getKey().replace('_', ' ') + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private static void run(StringBuilder text, ServeReport report, RunResult run) {
        add(text, "%n%s%n", words(run.load().description()));
        add(
                text,
                "  %d requests complete, %d failed, in %.2f s: %.2f requests/s%n",
                run.completed(),
                run.failed(),
                run.durationSeconds(),
                run.requestsPerSecond());
        add(
                text,
                "  output %.1f tokens/s, total %.1f tokens/s; %d prompt tokens (%d of them cached), %d output tokens%n",
                run.outputTokensPerSecond(),
                run.totalTokensPerSecond(),
                run.promptTokens(),
                run.cachedTokens(),
                run.outputTokens());
        if (run.tokensFromChunks() > 0) {
            add(
                    text,
                    "  of %d requests the server did not say the usage: their output tokens are chunks, their prompts 0%n",
                    run.tokensFromChunks());
        }
        run.goodput()
                .ifPresent(goodput -> add(text, "  goodput %.2f requests/s within %s%n", goodput, report.goodput()));
        run.failures()
                .forEach((kind, count) -> add(
                        text,
                        "  %d x %s, for example: %s%n",
                        count,
                        kind.words(),
                        run.failureExamples().getOrDefault(kind, "")));
        add(text, ROW, "ms", "mean", "p50", "p90", "p95", "p99", "max", "count");
        for (Metric metric : Metric.values()) {
            Distribution latency = run.latency(metric);
            add(
                    text,
                    ROW,
                    metric.key(),
                    millis(latency.mean()),
                    millis(latency.p50()),
                    millis(latency.p90()),
                    millis(latency.p95()),
                    millis(latency.p99()),
                    millis(latency.max()),
                    Long.toString(latency.count()));
        }
    }

    private static String millis(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.3f" : value < 1_000 ? "%.1f" : "%.0f", value);
    }

    @SuppressWarnings("AnnotateFormatMethod") // every call is in this file
    private static void add(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values));
    }
}
