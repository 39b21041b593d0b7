package dev.weir.bench.compare;

import dev.weir.bench.measure.Metric;
import dev.weir.bench.measure.RunResult;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.TextReport;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two servers that were measured in turn.
 *
 * @param command what was typed
 * @param promptLengths how prompt lengths were counted when the prompts were written
 * @param pairs of all loads and rounds, in the order in which they were measured
 */
public record PeersReport(
        Instant when,
        String command,
        String commit,
        Machine machine,
        String ours,
        String peer,
        Map<String, String> workload,
        String promptLengths,
        List<Pair> pairs) {
    private static final String FORMAT = "weir-bench-peers/1";
    private static final String ROW = "  %-16s %10s %10s %8s  %s%n";

    /** Both servers, one right after the other, under the load of that index. */
    public record Pair(int loadIndex, RunResult ours, RunResult peer) {}

    /**
     * Of each run one number.
     *
     * @param key in results
     */
    private record Figure(String key, String words, ToDoubleFunction<RunResult> value) {
        static final List<Figure> ALL = List.of(
                new Figure("output_tokens_per_s", "output tokens/s", RunResult::outputTokensPerSecond),
                new Figure("requests_per_s", "requests/s", RunResult::requestsPerSecond),
                new Figure(
                        "ttft_p50_ms",
                        "ttft p50, ms",
                        run -> run.latency(Metric.TTFT).p50()),
                new Figure(
                        "ttft_p95_ms",
                        "ttft p95, ms",
                        run -> run.latency(Metric.TTFT).p95()),
                new Figure(
                        "tpot_p50_ms",
                        "tpot p50, ms",
                        run -> run.latency(Metric.TPOT).p50()),
                new Figure(
                        "tpot_p95_ms",
                        "tpot p95, ms",
                        run -> run.latency(Metric.TPOT).p95()),
                new Figure(
                        "e2el_p50_ms",
                        "e2el p50, ms",
                        run -> run.latency(Metric.E2EL).p50()),
                new Figure(
                        "e2el_p95_ms",
                        "e2el p95, ms",
                        run -> run.latency(Metric.E2EL).p95()));

        double[] of(List<RunResult> runs) {
            return runs.stream().mapToDouble(value).toArray();
        }
    }

    public PeersReport {
        pairs = List.copyOf(pairs);
        if (pairs.isEmpty()) {
            throw new IllegalArgumentException("a report needs a pair");
        }
    }

    /** For a terminal: a table for each load. */
    public String text() {
        StringBuilder text = new StringBuilder();
        add(text, "%nthis  %s%npeer  %s%n%s%n", ours, peer, TextReport.words(workload));
        add(text, "prompt lengths %s%n", promptLengths);
        for (int load = 0; load < loadCount(); load++) {
            table(text, ofLoad(load));
        }
        return add(
                        text,
                        "%nMedians of the rounds. Ratios are this / peer within each round: their median, least and most.%n")
                .append("Above 1 is better of rates, below 1 of latencies. Definitions: docs/benchmarking.md\n")
                .toString();
    }

    private int loadCount() {
        return pairs.stream().mapToInt(Pair::loadIndex).max().orElseThrow() + 1;
    }

    private List<Pair> ofLoad(int index) {
        return pairs.stream().filter(pair -> pair.loadIndex() == index).toList();
    }

    private static List<RunResult> ours(List<Pair> pairs) {
        return pairs.stream().map(Pair::ours).toList();
    }

    private static List<RunResult> peers(List<Pair> pairs) {
        return pairs.stream().map(Pair::peer).toList();
    }

    private static void table(StringBuilder text, List<Pair> rounds) {
        RunResult first = rounds.getFirst().ours();
        add(text, "%n%s, %d rounds%n", TextReport.words(first.load().description()), rounds.size());
        failures(text, "this", ours(rounds));
        failures(text, "the peer", peers(rounds));
        add(text, ROW, "", "this", "peer", "ratio", "least to most");
        for (Figure figure : Figure.ALL) {
            PairedRatio ratio = new PairedRatio(figure.of(ours(rounds)), figure.of(peers(rounds)));
            add(
                    text,
                    ROW,
                    figure.words(),
                    number(ratio.medianOurs()),
                    number(ratio.medianPeer()),
                    number(ratio.median()),
                    number(ratio.least()) + " to " + number(ratio.most()));
        }
    }

    private static void failures(StringBuilder text, String whose, List<RunResult> runs) {
        int failed = runs.stream().mapToInt(RunResult::failed).sum();
        if (failed > 0) {
            String example = runs.stream()
                    .flatMap(run -> run.failureExamples().values().stream())
                    .findFirst()
                    .orElse("");
            add(text, "  %d requests of %s failed and are left out, for example: %s%n", failed, whose, example);
        }
    }

    /** For other programs: each figure of each round. */
    public String json() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("format", FORMAT);
        root.put("when", when.toString());
        root.put("command", command);
        root.put("commit", commit);
        root.put("machine", machine.fields());
        root.put("this", ours);
        root.put("peer", peer);
        root.put("workload", workload);
        root.put("prompt_lengths", promptLengths);
        root.put(
                "loads",
                IntStream.range(0, loadCount())
                        .mapToObj(load -> fields(ofLoad(load)))
                        .toList());
        return JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(root)
                + "\n";
    }

    private static Map<String, Object> fields(List<Pair> rounds) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("load", rounds.getFirst().ours().load().description());
        fields.put("this_failed", ours(rounds).stream().map(RunResult::failed).toList());
        fields.put("peer_failed", peers(rounds).stream().map(RunResult::failed).toList());
        for (Figure figure : Figure.ALL) {
            double[] inOurs = figure.of(ours(rounds));
            double[] inPeer = figure.of(peers(rounds));
            PairedRatio ratio = new PairedRatio(inOurs, inPeer);
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("this", inOurs);
            values.put("peer", inPeer);
            if (Double.isFinite(ratio.median())) {
                values.put("median_ratio", ratio.median());
            }
            fields.put(figure.key(), values);
        }
        return fields;
    }

    private static String number(double value) {
        if (!Double.isFinite(value)) {
            return "-"; // a ratio to nothing
        }
        return String.format(Locale.ROOT, value < 100 ? "%.3f" : "%.1f", value);
    }

    @SuppressWarnings("AnnotateFormatMethod") // every call is in this file
    private static StringBuilder add(StringBuilder text, String format, Object... values) {
        return text.append(String.format(Locale.ROOT, format, values));
    }
}
