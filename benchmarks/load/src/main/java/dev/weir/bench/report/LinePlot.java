package dev.weir.bench.report;

import static dev.weir.bench.report.Markup.at;
import static dev.weir.bench.report.Markup.escape;
import static dev.weir.bench.report.Markup.number;

import java.util.List;

/** Lines over a common axis, both from zero, as SVG. */
record LinePlot(String title, String xLabel, String unit, List<Line> lines) {
    private static final double WIDTH = 460;
    private static final double HEIGHT = 260;
    private static final double LEFT = 62;
    private static final double RIGHT = 452;
    private static final double TOP = 34;
    private static final double BOTTOM = 204;
    private static final double LEGEND_STEP = 78;

    /** A named line. */
    record Line(String name, List<Point> points) {}

    /** A point of it. */
    record Point(double x, double y) {}

    String svg() {
        double xMax = Axis.nice(max(true));
        double yMax = Axis.nice(max(false));
        StringBuilder svg = new StringBuilder();
        svg.append("<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">\n"
                .formatted(number(WIDTH), number(HEIGHT), escape(title)));
        svg.append("<text class=\"title\" x=\"%s\" y=\"18\">%s</text>\n".formatted(at(LEFT), escape(title)));
        for (int i = 0; i <= Axis.TICKS; i++) {
            double share = (double) i / Axis.TICKS;
            double x = LEFT + share * (RIGHT - LEFT);
            double y = BOTTOM - share * (BOTTOM - TOP);
            svg.append("<line class=\"grid\" x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\"/>\n"
                    .formatted(at(LEFT), at(RIGHT), at(y), at(y)));
            svg.append("<text class=\"tick\" text-anchor=\"end\" x=\"%s\" y=\"%s\">%s</text>\n"
                    .formatted(at(LEFT - 6), at(y + 4), number(share * yMax)));
            svg.append("<text class=\"tick\" text-anchor=\"middle\" x=\"%s\" y=\"%s\">%s</text>\n"
                    .formatted(at(x), at(BOTTOM + 16), number(share * xMax)));
        }
        svg.append("<text class=\"tick\" text-anchor=\"middle\" x=\"%s\" y=\"%s\">%s</text>\n"
                .formatted(at((LEFT + RIGHT) / 2), at(BOTTOM + 32), escape(xLabel)));
        svg.append("<text class=\"tick\" x=\"4\" y=\"%s\">%s</text>\n".formatted(at(TOP - 8), escape(unit)));
        for (int i = 0; i < lines.size(); i++) {
            line(svg, lines.get(i), i, xMax, yMax);
        }
        return svg.append("</svg>").toString();
    }

    private void line(StringBuilder svg, Line line, int index, double xMax, double yMax) {
        StringBuilder path = new StringBuilder();
        StringBuilder dots = new StringBuilder();
        for (Point point : line.points()) {
            String x = at(LEFT + point.x() / xMax * (RIGHT - LEFT));
            String y = at(BOTTOM - point.y() / yMax * (BOTTOM - TOP));
            path.append(path.isEmpty() ? "M" : "L").append(x).append(' ').append(y);
            dots.append("<circle class=\"dot s%d\" cx=\"%s\" cy=\"%s\" r=\"3\"><title>%s %s at %s</title></circle>\n"
                    .formatted(index, x, y, escape(line.name()), number(point.y()), number(point.x())));
        }
        svg.append("<path class=\"line s%d\" d=\"%s\"/>\n".formatted(index, path))
                .append(dots);
        double x = LEFT + index * LEGEND_STEP;
        svg.append("<rect class=\"dot s%d\" x=\"%s\" y=\"%s\" width=\"10\" height=\"10\"/>\n"
                .formatted(index, at(x), at(HEIGHT - 14)));
        svg.append("<text class=\"tick\" x=\"%s\" y=\"%s\">%s</text>\n"
                .formatted(at(x + 14), at(HEIGHT - 5), escape(line.name())));
    }

    private double max(boolean ofX) {
        return lines.stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(point -> ofX ? point.x() : point.y())
                .max()
                .orElse(1);
    }
}
