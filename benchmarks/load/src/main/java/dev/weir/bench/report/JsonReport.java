package dev.weir.bench.report;

import dev.weir.bench.measure.Distribution;
import dev.weir.bench.measure.Metric;
import dev.weir.bench.measure.RequestRow;
import dev.weir.bench.measure.RunResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A report as JSON. Requests are columns, which keeps ten thousand of them readable by machines and small. */
public final class JsonReport {
    /** Of files; raised when a key changes its meaning. */
    public static final String FORMAT = "weir-bench-serve/1";

    private static final double THOUSANDTH = 1_000;

    private final JsonMapper json =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** The whole file. */
    public String write(ServeReport report) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("format", FORMAT);
        root.put("when", report.when().toString());
        root.put("command", report.command());
        root.put("commit", report.commit());
        root.put("machine", report.machine().fields());
        root.put("url", report.url());
        root.put("model", report.model());
        root.put("workload", report.workload());
        root.put("prompt_lengths", report.promptLengths());
        root.put("goodput_limits", report.goodput().toString());
        root.put("runs", report.runs().stream().map(JsonReport::run).toList());
        return json.writeValueAsString(root) + "\n";
    }

    private static Map<String, Object> run(RunResult run) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("load", run.load().description());
        fields.put("seed", run.seed());
        fields.put("duration_s", rounded(run.durationSeconds()));
        fields.put("completed", run.completed());
        fields.put("failed", run.failed());
        Map<String, Integer> failures = new LinkedHashMap<>();
        run.failures().forEach((kind, count) -> failures.put(kind.name().toLowerCase(Locale.ROOT), count));
        fields.put("failures", failures);
        fields.put("prompt_tokens", run.promptTokens());
        fields.put("cached_tokens", run.cachedTokens());
        fields.put("output_tokens", run.outputTokens());
        fields.put("chunks", run.chunks());
        fields.put("requests_with_tokens_counted_as_chunks", run.tokensFromChunks());
        fields.put("requests_per_s", rounded(run.requestsPerSecond()));
        fields.put("output_tokens_per_s", rounded(run.outputTokensPerSecond()));
        fields.put("total_tokens_per_s", rounded(run.totalTokensPerSecond()));
        run.goodput().ifPresent(goodput -> fields.put("goodput_requests_per_s", rounded(goodput)));
        Map<String, Object> latencies = new LinkedHashMap<>();
        for (Metric metric : Metric.values()) {
            latencies.put(metric.key() + "_ms", latency(run.latency(metric)));
        }
        fields.put("latencies", latencies);
        fields.put("requests", requests(run.rows()));
        return fields;
    }

    private static Map<String, Object> latency(Distribution distribution) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("count", distribution.count());
        fields.put("mean", rounded(distribution.mean()));
        fields.put("p50", rounded(distribution.p50()));
        fields.put("p90", rounded(distribution.p90()));
        fields.put("p95", rounded(distribution.p95()));
        fields.put("p99", rounded(distribution.p99()));
        fields.put("max", rounded(distribution.max()));
        return fields;
    }

    private static Map<String, Object> requests(List<RequestRow> rows) {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("session", column(rows, RequestRow::session));
        columns.put("turn", column(rows, RequestRow::turn));
        columns.put("due_s", column(rows, row -> rounded(row.dueSeconds())));
        columns.put("ttft_ms", column(rows, row -> rounded(row.ttftMillis())));
        columns.put("tpot_ms", column(rows, row -> rounded(row.tpotMillis())));
        columns.put("e2el_ms", column(rows, row -> rounded(row.e2elMillis())));
        columns.put("prompt_tokens", column(rows, RequestRow::promptTokens));
        columns.put("output_tokens", column(rows, RequestRow::outputTokens));
        return columns;
    }

    private static List<? extends Number> column(List<RequestRow> rows, Function<RequestRow, ? extends Number> value) {
        return rows.stream().map(value).toList();
    }

    /** Microseconds of what is in milliseconds; more would be noise. */
    private static double rounded(double value) {
        return Math.round(value * THOUSANDTH) / THOUSANDTH;
    }
}
