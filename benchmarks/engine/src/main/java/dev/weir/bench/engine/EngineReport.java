package dev.weir.bench.engine;

import dev.weir.bench.report.Machine;
import dev.weir.engine.ffi.MachinePeak;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A measurement of the engine.
 *
 * @param held how its matrices are held
 * @param kernels the instruction set that was chosen
 */
record EngineReport(
        Instant when,
        String command,
        String commit,
        Machine machine,
        String model,
        String held,
        String kernels,
        int threads,
        int stepTokensMax,
        MachinePeaks peaks,
        MachinePeak operands,
        List<Row> rows) {
    static final String FORMAT = "weir-bench-engine/1";

    private static final double GIGA = 1e9;

    EngineReport {
        rows = List.copyOf(rows);
    }

    /** The same with other rows. */
    EngineReport with(List<Row> newRows) {
        return new EngineReport(
                when, command, commit, machine, model, held, kernels, threads, stepTokensMax, peaks, operands, newRows);
    }

    /** What stands above the table. */
    String heading() {
        return String.format(
                Locale.ROOT,
                "%n%s, held as %s%n%s, %d threads, %s kernels, steps of at most %d tokens%n"
                        + "at most: %.1f GB/s read from memory; %s%n%n"
                        + "case                  tokens/s   step ms   plan us    GB/s  of memory    GOP/s  of %s%n",
                model,
                held,
                machine.processor(),
                threads,
                kernels,
                stepTokensMax,
                peaks.of(MachinePeak.READ_BYTES) / GIGA,
                operationPeaks(),
                name(operands));
    }

    private String operationPeaks() {
        StringBuilder text = new StringBuilder();
        for (MachinePeak peak : List.of(MachinePeak.F32, MachinePeak.BF16, MachinePeak.INT8)) {
            String rate = peaks.of(peak) > 0 ? String.format(Locale.ROOT, "%.0f GOP/s", peaks.of(peak) / GIGA) : "none";
            text.append(text.isEmpty() ? "" : ", ")
                    .append(name(peak))
                    .append(' ')
                    .append(rate);
        }
        return text.toString();
    }

    static String line(Row row) {
        String name = row.kind().equals("decode")
                ? "decode  " + row.sequences() + " x " + row.tokens()
                : "prefill " + row.tokens();
        return String.format(
                Locale.ROOT,
                "%-20s %9.1f %9.2f %9.1f %7.1f %10s %8.1f %8s%n",
                name,
                row.tokensPerSecond(),
                row.stepMillis(),
                row.planMicros(),
                row.bytesPerSecond() / GIGA,
                percent(row.shareOfBandwidth()),
                row.operationsPerSecond() / GIGA,
                percent(row.shareOfPeak()));
    }

    /** What stands below it. */
    static String definitions() {
        return """

                decode N x D: a step that gives each of N sequences of D tokens its next one; prefill P: a prompt of P tokens, to its first token
                step ms: median time of the step, of the whole prompt; plan us: of which for planning and accounting, a step
                GB/s: weights and keys and values that must be read, by that time; of memory: by what was read at most just before or after
                GOP/s: operations that the matrices and attention need, by that time; of: by the peak of the operands above
                More: docs/benchmarking.md
                """;
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private static String name(MachinePeak peak) {
        return peak.name().toLowerCase(Locale.ROOT);
    }

    String json() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("format", FORMAT);
        root.put("when", when.toString());
        root.put("command", command);
        root.put("commit", commit);
        root.put("machine", machine.fields());
        root.put("model", model);
        root.put("held", held);
        root.put("kernels", kernels);
        root.put("threads", threads);
        root.put("step_tokens_max", stepTokensMax);
        Map<String, Object> measured = new LinkedHashMap<>();
        for (MachinePeak peak : MachinePeak.values()) {
            measured.put(name(peak) + "_per_s", Math.round(peaks.of(peak)));
        }
        root.put("peaks", measured);
        root.put("operands", name(operands));
        root.put("rows", rows.stream().map(EngineReport::fields).toList());
        return JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(root)
                + "\n";
    }

    private static Map<String, Object> fields(Row row) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", row.kind());
        fields.put("sequences", row.sequences());
        fields.put("tokens", row.tokens());
        fields.put("repeats", row.repeats());
        fields.put("tokens_per_s", rounded(row.tokensPerSecond()));
        fields.put("step_ms", rounded(row.stepMillis()));
        fields.put("plan_us", rounded(row.planMicros()));
        fields.put("bytes_per_s", Math.round(row.bytesPerSecond()));
        fields.put("read_bytes_per_s", Math.round(row.readBytesPerSecond()));
        fields.put("share_of_bandwidth", rounded(row.shareOfBandwidth()));
        fields.put("operations_per_s", Math.round(row.operationsPerSecond()));
        if (row.operationsPeak() > 0) {
            fields.put("share_of_peak", rounded(row.shareOfPeak()));
        }
        return fields;
    }

    private static double rounded(double value) {
        return Math.round(value * 1e4) / 1e4;
    }
}
