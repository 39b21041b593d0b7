package dev.weir.bench.report;

import static dev.weir.bench.report.Markup.at;
import static dev.weir.bench.report.Markup.escape;
import static dev.weir.bench.report.Markup.number;

import dev.weir.bench.measure.Distribution;
import dev.weir.bench.measure.Distribution.Bucket;

/** A latency's distribution over a logarithmic axis, with its percentiles marked, as SVG. */
record HistogramPlot(String title, Distribution distribution) {
    private static final double WIDTH = 460;
    private static final double HEIGHT = 170;
    private static final double LEFT = 12;
    private static final double RIGHT = 448;
    private static final double TOP = 40;
    private static final double BOTTOM = 140;

    String svg() {
        StringBuilder svg = new StringBuilder();
        svg.append("<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">\n"
                .formatted(number(WIDTH), number(HEIGHT), escape(title)));
        svg.append("<text class=\"title\" x=\"%s\" y=\"18\">%s</text>\n".formatted(at(LEFT), escape(title)));
        if (distribution.buckets().isEmpty()) {
            return svg.append("<text class=\"tick\" x=\"%s\" y=\"60\">nothing was measured</text>%n</svg>"
                            .formatted(at(LEFT)))
                    .toString();
        }
        long most =
                distribution.buckets().stream().mapToLong(Bucket::count).max().orElse(1);
        for (Bucket bucket : distribution.buckets()) {
            double left = x(bucket.aboveMillis());
            double height = (double) bucket.count() / most * (BOTTOM - TOP);
            svg.append("<rect class=\"bar\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\">"
                    .formatted(
                            at(left),
                            at(BOTTOM - height),
                            at(Math.max(1, x(bucket.toMillis()) - left - 1)),
                            at(height)));
            svg.append("<title>%d from %s to %s ms</title></rect>\n"
                    .formatted(bucket.count(), number(bucket.aboveMillis()), number(bucket.toMillis())));
        }
        svg.append("<line class=\"axis\" x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\"/>\n"
                .formatted(at(LEFT), at(RIGHT), at(BOTTOM), at(BOTTOM)));
        tick(svg, low(), "start");
        tick(svg, Math.sqrt(low() * high()), "middle");
        tick(svg, high(), "end");
        mark(svg, "p50", distribution.p50());
        mark(svg, "p99", distribution.p99());
        return svg.append("</svg>").toString();
    }

    private static double positive(double millis) {
        return Math.max(millis, 1e-6);
    }

    private double low() {
        return positive(distribution.buckets().getFirst().aboveMillis());
    }

    private double high() {
        return distribution.buckets().getLast().toMillis();
    }

    private double x(double millis) {
        double share = Math.log(positive(millis) / low()) / Math.log(high() / low());
        return LEFT + Math.clamp(share, 0, 1) * (RIGHT - LEFT);
    }

    private void tick(StringBuilder svg, double millis, String anchor) {
        svg.append("<text class=\"tick\" text-anchor=\"%s\" x=\"%s\" y=\"%s\">%s ms</text>\n"
                .formatted(anchor, at(x(millis)), at(BOTTOM + 16), number(millis)));
    }

    private void mark(StringBuilder svg, String name, double millis) {
        double x = x(millis);
        String anchor = x > (LEFT + RIGHT) / 2 ? "end" : "start";
        double textTop = name.equals("p50") ? TOP - 10 : TOP + 2;
        svg.append("<line class=\"mark\" x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\"/>\n"
                .formatted(at(x), at(x), at(textTop), at(BOTTOM)));
        svg.append("<text class=\"tick\" text-anchor=\"%s\" x=\"%s\" y=\"%s\">%s %s ms</text>\n"
                .formatted(anchor, at(anchor.equals("end") ? x - 4 : x + 4), at(textTop + 4), name, number(millis)));
    }
}
