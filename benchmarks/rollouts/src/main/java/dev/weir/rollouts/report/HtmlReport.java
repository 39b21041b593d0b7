package dev.weir.rollouts.report;

import dev.weir.rollouts.scenario.Figure;
import dev.weir.rollouts.scenario.Result;
import dev.weir.rollouts.scenario.Result.Curve;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One XHTML file: no script, no font, no image and no style from elsewhere; it follows the reader's choice of light or dark. */
public final class HtmlReport {
    private static final int CURVES_PER_PLOT = 6;
    private static final double BAR_WIDTH = 260;

    private static final String STYLE = """
            :root { --ground: #ffffff; --ink: #1b1f24; --quiet: #5c6670; --rule: #d9dee3; --met: #1a7f37; --missed: #b42318;
              --c0: #1668b8; --c1: #b5520a; --c2: #8a2f8f; --c3: #1a7f37; --c4: #946200; --c5: #0f7f8c; color-scheme: light dark; }
            @media (prefers-color-scheme: dark) { :root { --ground: #14181c; --ink: #e6e9ec; --quiet: #9aa5af; --rule: #333b43;
              --met: #57c46f; --missed: #ff8a7a; --c0: #6cb2f5; --c1: #f0a25c; --c2: #d58adb; --c3: #57c46f; --c4: #d9b13b; --c5: #4fc3d0; } }
            body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; background: var(--ground); color: var(--ink);
              font: 15px/1.5 system-ui, sans-serif; }
            h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
            .quiet { color: var(--quiet); } .met { color: var(--met); } .missed { color: var(--missed); font-weight: 600; }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
            td { padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--rule); }
            svg text { font: 11px system-ui, sans-serif; fill: var(--quiet); } .grid { stroke: var(--rule); }
            .curve { fill: none; stroke-width: 2; } .bar { fill: var(--c0); } .plot svg { width: 100%; height: auto; }
            path.c0 { stroke: var(--c0); } path.c1 { stroke: var(--c1); } path.c2 { stroke: var(--c2); }
            path.c3 { stroke: var(--c3); } path.c4 { stroke: var(--c4); } path.c5 { stroke: var(--c5); }
            svg text.c0 { fill: var(--c0); } svg text.c1 { fill: var(--c1); } svg text.c2 { fill: var(--c2); }
            svg text.c3 { fill: var(--c3); } svg text.c4 { fill: var(--c4); } svg text.c5 { fill: var(--c5); }
            """;

    private HtmlReport() {}

    public static String write(List<Result> results, int seedCount) {
        StringBuilder html = new StringBuilder(
                        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n")
                .append("<meta charset=\"utf-8\"/>\n<title>Weir: rollouts in virtual time</title>\n<style>\n")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<h1>Rollouts in virtual time</h1>\n<p class=\"quiet\">")
                .append(escape(TextReport.summary(results, seedCount).strip()))
                .append("</p>\n");
        List<Curve> curves =
                results.stream().flatMap(result -> result.curves().stream()).toList();
        for (int from = 0; from < curves.size(); from += CURVES_PER_PLOT) {
            html.append("<div class=\"plot\">\n<h2>Share of runs rolled back, over time since the harm began</h2>\n")
                    .append(new DetectionPlot(new ArrayList<>(
                                    curves.subList(from, Math.min(curves.size(), from + CURVES_PER_PLOT))))
                            .svg())
                    .append("\n</div>\n");
        }
        results.forEach(result -> section(html, result));
        return html.append("</body>\n</html>\n").toString();
    }

    private static void section(StringBuilder html, Result result) {
        html.append("<h2>%s %s</h2>\n<table>\n".formatted(escape(result.id()), escape(result.title())));
        for (Figure figure : result.figures()) {
            html.append(
                    "<tr><td>%s</td><td>%s</td><td>%s</td><td class=\"quiet\">%s</td><td class=\"%s\">%s</td></tr>\n"
                            .formatted(
                                    escape(figure.name()),
                                    escape(figure.shown()),
                                    bar(figure),
                                    escape(figure.target()),
                                    figure.met() ? "met" : "missed",
                                    figure.target().isEmpty() ? "" : figure.met() ? "met" : "missed"));
        }
        html.append("</table>\n");
    }

    /** Shares are also drawn. */
    private static String bar(Figure figure) {
        if (!figure.shown().endsWith("%")) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "<svg width=\"%.0f\" height=\"10\" aria-hidden=\"true\"><rect class=\"bar\" width=\"%.1f\" height=\"10\"/></svg>",
                BAR_WIDTH,
                Math.clamp(figure.value(), 0, 1) * BAR_WIDTH);
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
