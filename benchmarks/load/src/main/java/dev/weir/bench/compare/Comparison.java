package dev.weir.bench.compare;

import dev.weir.bench.compare.Bootstrap.Ratio;
import dev.weir.bench.compare.Bootstrap.Statistic;
import dev.weir.bench.report.TextReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Another result beside a base. */
public final class Comparison {
    private static final List<String> LATENCIES = List.of("ttft_ms", "tpot_ms", "e2el_ms");

    private final ResultFile base;
    private final ResultFile other;
    private final Bootstrap bootstrap;

    /** Refuses, by name, two results that did not do the same work. */
    public Comparison(ResultFile base, ResultFile other, long seed) {
        refuseUnlike("workload", base.workload(), other.workload());
        if (base.runs().size() != other.runs().size()) {
            throw new IllegalArgumentException("%s has %d runs and %s has %d: measure both under the same loads"
                    .formatted(
                            base.name(),
                            base.runs().size(),
                            other.name(),
                            other.runs().size()));
        }
        for (int i = 0; i < base.runs().size(); i++) {
            refuseUnlike(
                    "load of run " + (i + 1),
                    base.runs().get(i).load(),
                    other.runs().get(i).load());
        }
        this.base = base;
        this.other = other;
        this.bootstrap = new Bootstrap(seed);
    }

    private static void refuseUnlike(String what, Map<String, String> base, Map<String, String> other) {
        List<String> differences = new ArrayList<>();
        Set<String> names = new TreeSet<>(base.keySet());
        names.addAll(other.keySet());
        for (String name : names) {
            String inBase = base.getOrDefault(name, "absent");
            String inOther = other.getOrDefault(name, "absent");
            if (!inBase.equals(inOther)) {
                differences.add("%s is %s in the first and %s in the second".formatted(name, inBase, inOther));
            }
        }
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException(
                    "these cannot be compared, the " + what + " is not the same: " + String.join("; ", differences));
        }
    }

    /** A table for each run: the figures of both, and the second's by the first's. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append("base   %s: %s at %s\n".formatted(base.name(), base.model(), base.url()));
        text.append("other  %s: %s at %s\n".formatted(other.name(), other.model(), other.url()));
        text.append(TextReport.words(base.workload())).append('\n');
        if (!base.processor().equals(other.processor())) {
            text.append("the machines differ: %s and %s\n".formatted(base.processor(), other.processor()));
        }
        for (int i = 0; i < base.runs().size(); i++) {
            run(text, base.runs().get(i), other.runs().get(i));
        }
        return text.append(
                        "\nRatios are other / base, with 95 % bootstrap intervals over requests; * marks those that leave out 1.\n")
                .append(
                        "Under a queue requests depend on each other and the intervals are too narrow: repeat the runs.\n")
                .toString();
    }

    private void run(StringBuilder text, ResultFile.Run baseRun, ResultFile.Run otherRun) {
        text.append("\n%s\n".formatted(TextReport.words(baseRun.load())));
        if (baseRun.failed() + otherRun.failed() > 0) {
            text.append("  failed requests are left out: %d in the first, %d in the second\n"
                    .formatted(baseRun.failed(), otherRun.failed()));
        }
        row(text, "", "base", "other", "ratio", "interval");
        plain(text, "requests/s", baseRun.requestsPerSecond(), otherRun.requestsPerSecond());
        plain(text, "output tokens/s", baseRun.outputTokensPerSecond(), otherRun.outputTokensPerSecond());
        for (String latency : LATENCIES) {
            double[] inBase = baseRun.latency(latency);
            double[] inOther = otherRun.latency(latency);
            if (inBase.length == 0 || inOther.length == 0) {
                continue;
            }
            for (Statistic statistic : Statistic.values()) {
                Ratio ratio = bootstrap.ratio(inBase, inOther, statistic);
                row(
                        text,
                        latency.replace("_ms", " ") + statistic.name().toLowerCase(Locale.ROOT) + ", ms",
                        figure(ratio.base()),
                        figure(ratio.other()),
                        figure(ratio.value()),
                        "%s to %s%s".formatted(figure(ratio.low()), figure(ratio.high()), ratio.differs() ? " *" : ""));
            }
        }
    }

    /** A rate is one number of a whole run: a single run says nothing of how it scatters. */
    private static void plain(StringBuilder text, String name, double inBase, double inOther) {
        row(text, name, figure(inBase), figure(inOther), inBase > 0 ? figure(inOther / inBase) : "-", "");
    }

    private static void row(
            StringBuilder text, String name, String inBase, String inOther, String ratio, String interval) {
        text.append("  %-16s %10s %10s %8s  %s"
                        .formatted(name, inBase, inOther, ratio, interval)
                        .stripTrailing())
                .append('\n');
    }

    private static String figure(double value) {
        if (!Double.isFinite(value)) {
            return "-"; // a ratio to nothing
        }
        return String.format(Locale.ROOT, value < 100 ? "%.3f" : "%.1f", value);
    }
}
