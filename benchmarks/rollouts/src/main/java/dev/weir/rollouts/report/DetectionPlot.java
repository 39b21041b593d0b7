package dev.weir.rollouts.report;

import dev.weir.rollouts.scenario.Result.Curve;
import java.util.List;
import java.util.Locale;

/** How many of the runs had noticed after so many seconds: a step for each step of time, as SVG. */
record DetectionPlot(List<Curve> curves) {
    private static final double WIDTH = 720;
    private static final double HEIGHT = 320;
    private static final double LEFT = 50;
    private static final double RIGHT = 700;
    private static final double TOP = 20;
    private static final double BOTTOM = 270;
    private static final int TICKS = 6;
    private static final int POINTS_MAX = 200;

    String svg() {
        double longest = curves.stream()
                .filter(curve -> !curve.seconds().isEmpty())
                .mapToDouble(curve -> curve.seconds().getLast())
                .max()
                .orElse(60);
        double end = Math.max(60, Math.ceil(longest / 60) * 60);
        StringBuilder svg = new StringBuilder(
                "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"Share of runs rolled back, over time since the harm began\">\n"
                        .formatted(WIDTH, HEIGHT));
        for (int i = 0; i <= TICKS; i++) {
            double share = i / (double) TICKS;
            double x = LEFT + share * (RIGHT - LEFT);
            svg.append(line(x, TOP, x, BOTTOM)).append(text(x, BOTTOM + 18, "middle", number(share * end) + " s"));
        }
        for (int percent = 0; percent <= 100; percent += 25) {
            double y = BOTTOM - percent / 100.0 * (BOTTOM - TOP);
            svg.append(line(LEFT, y, RIGHT, y)).append(text(LEFT - 6, y + 4, "end", percent + " %"));
        }
        for (int i = 0; i < curves.size(); i++) {
            svg.append("<path class=\"curve c%d\" d=\"%s\"/>\n"
                    .formatted(i, path(curves.get(i).seconds(), end)));
            svg.append("<text class=\"c%d\" x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\">%s</text>\n"
                    .formatted(
                            i,
                            RIGHT - 8,
                            BOTTOM - 12 - 16.0 * i,
                            HtmlReport.escape(curves.get(i).name())));
        }
        return svg.append("</svg>").toString();
    }

    private static String path(List<Double> seconds, double end) {
        StringBuilder path = new StringBuilder("M%.1f %.1f".formatted(LEFT, BOTTOM));
        int stride = Math.max(1, seconds.size() / POINTS_MAX);
        for (int i = stride - 1; i < seconds.size(); i += stride) {
            double x = LEFT + seconds.get(i) / end * (RIGHT - LEFT);
            double y = BOTTOM - (i + 1.0) / seconds.size() * (BOTTOM - TOP);
            path.append(String.format(Locale.ROOT, "H%.1fV%.1f", x, y));
        }
        return path.toString();
    }

    private static String line(double x1, double y1, double x2, double y2) {
        return String.format(
                Locale.ROOT,
                "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                x1,
                y1,
                x2,
                y2);
    }

    private static String text(double x, double y, String anchor, String words) {
        return String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, words);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.0f", value);
    }
}
