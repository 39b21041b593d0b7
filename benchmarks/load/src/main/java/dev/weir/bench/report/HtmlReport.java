package dev.weir.bench.report;

import static dev.weir.bench.report.Markup.escape;
import static dev.weir.bench.report.Markup.number;

import dev.weir.bench.load.Load;
import dev.weir.bench.measure.Distribution;
import dev.weir.bench.measure.Metric;
import dev.weir.bench.measure.RunResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** A report as one XHTML file: no script, no font, no image and no style from elsewhere; it follows the reader's choice of light or dark. */
public final class HtmlReport {
    private static final List<Metric> LATENCIES = List.of(Metric.TTFT, Metric.TPOT, Metric.ITL, Metric.E2EL);
    private static final int GIBIBYTE_SHIFT = 30;

    private static final String STYLE = """
            :root { --ground: #ffffff; --ink: #1b1f24; --quiet: #5c6670; --rule: #d9dee3; --panel: #f6f8fa;
              --s0: #1668b8; --s1: #b5520a; --s2: #8a2f8f; color-scheme: light dark; }
            @media (prefers-color-scheme: dark) { :root { --ground: #14181c; --ink: #e6e9ec; --quiet: #9aa5af; --rule: #333b43;
              --panel: #1c2227; --s0: #6cb2f5; --s1: #f0a25c; --s2: #d58adb; } }
            body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; background: var(--ground); color: var(--ink);
              font: 15px/1.5 system-ui, sans-serif; }
            h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; } p { margin: .3rem 0; }
            .quiet, .tick { color: var(--quiet); fill: var(--quiet); }
            code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
            .wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
            th, td { padding: .25rem .45rem; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
            th { color: var(--quiet); font-weight: 600; } th:first-child, td:first-child { text-align: left; }
            .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1rem; margin-top: 1rem; }
            svg { background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; width: 100%; height: auto; }
            svg text { font: 11px system-ui, sans-serif; } svg .title { font-size: 13px; font-weight: 600; fill: var(--ink); }
            .grid, .axis { stroke: var(--rule); } .line { fill: none; stroke-width: 2; } .bar { fill: var(--s0); }
            .mark { stroke: var(--s1); stroke-dasharray: 3 3; }
            .line.s0 { stroke: var(--s0); } .line.s1 { stroke: var(--s1); } .line.s2 { stroke: var(--s2); }
            .dot.s0 { fill: var(--s0); } .dot.s1 { fill: var(--s1); } .dot.s2 { fill: var(--s2); }
            dt { font-weight: 600; } dd { margin: 0 0 .4rem 0; }
            """;

    private HtmlReport() {}

    /** The whole file. */
    public static String write(ServeReport report) {
        StringBuilder html = new StringBuilder();
        html.append("<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n")
                .append("<meta charset=\"utf-8\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
                .append("<title>%s under load</title>\n".formatted(escape(report.model())))
                .append("<style>\n")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n");
        heading(html, report);
        summary(html, report);
        if (report.runs().size() > 1) {
            overLoad(html, report.runs());
        }
        report.runs().forEach(run -> run(html, run));
        definitions(html);
        return html.append("</body>\n</html>\n").toString();
    }

    private static void heading(StringBuilder html, ServeReport report) {
        Machine machine = report.machine();
        html.append("<h1>%s under load</h1>\n".formatted(escape(report.model())));
        paragraph(
                html,
                report.url() + ", " + TextReport.words(report.workload()) + "; prompt lengths "
                        + report.promptLengths());
        paragraph(
                html,
                "%s, %d cores, %d GiB, %s, %s"
                        .formatted(
                                machine.processor(),
                                machine.cores(),
                                machine.memoryBytes() >> GIBIBYTE_SHIFT,
                                machine.system(),
                                machine.java()));
        paragraph(html, report.when() + ", commit " + report.commit());
        html.append("<p><code>%s</code></p>\n".formatted(escape(report.command())));
    }

    private static void paragraph(StringBuilder html, String text) {
        html.append("<p class=\"quiet\">%s</p>\n".formatted(escape(text)));
    }

    private static void summary(StringBuilder html, ServeReport report) {
        boolean judged = report.goodput().judges();
        html.append("<h2>Summary</h2>\n<div class=\"wide\"><table>\n<tr><th>load</th><th>complete</th><th>failed</th>")
                .append("<th>requests/s</th><th>output tokens/s</th><th>TTFT p50</th><th>p95</th><th>p99</th>")
                .append("<th>TPOT p50</th><th>p95</th>")
                .append(judged ? "<th>goodput/s</th>" : "")
                .append("</tr>\n");
        for (RunResult run : report.runs()) {
            Distribution ttft = run.latency(Metric.TTFT);
            Distribution tpot = run.latency(Metric.TPOT);
            html.append("<tr><td>%s</td><td>%d</td><td>%d</td>"
                    .formatted(escape(shortName(run.load())), run.completed(), run.failed()));
            cells(html, run.requestsPerSecond(), run.outputTokensPerSecond());
            cells(html, ttft.p50(), ttft.p95(), ttft.p99(), tpot.p50(), tpot.p95());
            run.goodput().ifPresent(goodput -> cells(html, goodput));
            html.append("</tr>\n");
        }
        html.append("</table></div>\n");
        paragraph(html, "Latencies in milliseconds.");
        if (judged) {
            paragraph(html, "Goodput: complete requests within " + report.goodput());
        }
    }

    /** Without the word that all loads of a report share. */
    private static String shortName(Load load) {
        Map<String, String> description = new LinkedHashMap<>(load.description());
        description.remove("loop");
        return TextReport.words(description);
    }

    private static void cells(StringBuilder html, double... values) {
        for (double value : values) {
            html.append("<td>").append(number(value)).append("</td>");
        }
    }

    private static void overLoad(StringBuilder html, List<RunResult> runs) {
        html.append("<h2>Latency and throughput over load</h2>\n<div class=\"plots\">\n");
        String axis = runs.getFirst().load() instanceof Load.Open ? "arrivals a second" : "concurrent users";
        for (Metric metric : LATENCIES) {
            List<LinePlot.Line> lines = new ArrayList<>();
            lines.add(line("p50", runs, run -> run.latency(metric).p50()));
            lines.add(line("p95", runs, run -> run.latency(metric).p95()));
            lines.add(line("p99", runs, run -> run.latency(metric).p99()));
            html.append(new LinePlot(title(metric), axis, "ms", lines).svg()).append('\n');
        }
        List<LinePlot.Line> output = List.of(line("output", runs, RunResult::outputTokensPerSecond));
        html.append(new LinePlot("output tokens a second", axis, "tokens/s", output).svg())
                .append('\n');
        html.append("</div>\n");
    }

    private static LinePlot.Line line(String name, List<RunResult> runs, ToDoubleFunction<RunResult> value) {
        return new LinePlot.Line(
                name,
                runs.stream()
                        .map(run -> new LinePlot.Point(run.load().level(), value.applyAsDouble(run)))
                        .toList());
    }

    private static String title(Metric metric) {
        return metric.words() + " (" + metric.name() + ")";
    }

    private static void run(StringBuilder html, RunResult run) {
        html.append("<h2>%s</h2>\n".formatted(escape(TextReport.words(run.load().description()))));
        run.failures()
                .forEach((kind, count) -> paragraph(
                        html,
                        "%d x %s, for example: %s"
                                .formatted(
                                        count,
                                        kind.words(),
                                        run.failureExamples().getOrDefault(kind, ""))));
        html.append("<div class=\"wide\"><table>\n<tr><th>ms</th><th>mean</th><th>p50</th><th>p90</th><th>p95</th>")
                .append("<th>p99</th><th>max</th><th>count</th></tr>\n");
        for (Metric metric : Metric.values()) {
            Distribution latency = run.latency(metric);
            html.append("<tr><td>%s</td>".formatted(escape(title(metric))));
            cells(html, latency.mean(), latency.p50(), latency.p90(), latency.p95(), latency.p99(), latency.max());
            html.append("<td>%d</td></tr>\n".formatted(latency.count()));
        }
        html.append("</table></div>\n<div class=\"plots\">\n");
        for (Metric metric : LATENCIES) {
            html.append(new HistogramPlot(title(metric), run.latency(metric)).svg())
                    .append('\n');
        }
        html.append("</div>\n");
    }

    private static void definitions(StringBuilder html) {
        html.append("<h2>Definitions</h2>\n<dl>\n");
        for (Metric metric : Metric.values()) {
            html.append("<dt>%s</dt><dd>%s</dd>\n".formatted(escape(title(metric)), escape(metric.definition())));
        }
        html.append("<dt>Tokens and rates</dt><dd>Token counts are the server's usage; rates are over the whole run. ")
                .append("docs/benchmarking.md has the rest.</dd>\n</dl>\n");
    }
}
