package dev.weir.bench.gateway;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/** What was measured, as a table: what it takes directly, and what each control plane adds; and how quiet it was. */
public record GatewayReport(Asked direct, List<Row> rows, List<Quiet> quiet) {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double BYTES_PER_MIB = 1 << 20;
    private static final double PERCENT = 100;

    public GatewayReport {
        rows = List.copyOf(rows);
        quiet = List.copyOf(quiet);
    }

    /** Both kinds of load, one way. */
    record Asked(Rounds requests, Rounds streams) {
        long failureCount() {
            return requests.failureCount() + streams.failureCount();
        }
    }

    /**
     * How quiet it was.
     *
     * @param stolenShareMost of the processors' time that the machine's host took in a round that counts
     */
    record Quiet(String what, int rounds, int counted, double stolenShareMost) {
        private String text() {
            return String.format(
                    Locale.ROOT,
                    "%s: %d of %d rounds count, of which the machine's host took up to %.2f %% for others%s%n",
                    what,
                    counted,
                    rounds,
                    PERCENT * stolenShareMost,
                    stolenShareMost <= Turn.STOLEN_SHARE_MAX
                            ? ""
                            : String.format(Locale.ROOT, ": too much (%.1f %%)", PERCENT * Turn.STOLEN_SHARE_MAX));
        }
    }

    /**
     * One control plane.
     *
     * @param cpuMicrosPerAnswer of one core, for each whole answer that counted
     * @param residentBytes at the end
     */
    record Row(String name, Asked through, double cpuMicrosPerAnswer, long residentBytes) {}

    /** A column that is a difference: whether of requests or of streams, and which figure of a round. */
    private record Column(String name, Function<Asked, Rounds> of, ToDoubleFunction<Latencies> figure) {}

    private static final List<Column> COLUMNS = List.of(
            new Column("whole p50", Asked::requests, round -> millis(round.ofWholes(), 50)),
            new Column("p90", Asked::requests, round -> millis(round.ofWholes(), 90)),
            new Column("p99", Asked::requests, round -> millis(round.ofWholes(), 99)),
            new Column("first event p50", Asked::streams, round -> millis(round.ofFirsts(), 50)),
            new Column("p99", Asked::streams, round -> millis(round.ofFirsts(), 99)),
            new Column("event p50", Asked::streams, round -> millis(round.ofEvents(), 50)),
            new Column("jitter", Asked::streams, round -> millis(round.ofEvents(), 99) - millis(round.ofEvents(), 50)));

    /** How many requests failed. */
    public long failureCount() {
        return direct.failureCount()
                + rows.stream().mapToLong(row -> row.through().failureCount()).sum();
    }

    /** A table in Markdown, and words behind it. */
    public String text() {
        StringBuilder text = new StringBuilder();
        StringJoiner head = new StringJoiner(" | ", "| ms | ", " | CPU us | MiB |\n");
        COLUMNS.forEach(column -> head.add(column.name()));
        text.append(head)
                .append("|---")
                .append("|---:".repeat(COLUMNS.size() + 2))
                .append("|\n");
        line(text, "direct", column -> column.of().apply(direct).median(column.figure()), " | |");
        for (Row row : rows) {
            line(
                    text,
                    "added: " + row.name(),
                    column -> column.of().apply(row.through()).added(column.of().apply(direct), column.figure()),
                    String.format(
                            Locale.ROOT,
                            " %.0f | %.0f |",
                            row.cpuMicrosPerAnswer(),
                            row.residentBytes() / BYTES_PER_MIB));
        }
        text.append('\n');
        quiet.forEach(of -> text.append(of.text()));
        rows.forEach(row -> ofAllRounds(text, row));
        failures(text, "direct", direct);
        rows.forEach(row -> failures(text, row.name(), row.through()));
        return text.toString();
    }

    /** Whoever leaves rounds out says what they would have changed. */
    private void ofAllRounds(StringBuilder text, Row row) {
        text.append("with the rounds that do not count, ").append(row.name());
        for (Column column : COLUMNS) {
            Rounds through = column.of().apply(row.through()).all();
            Rounds directly = column.of().apply(direct).all();
            text.append(
                    String.format(Locale.ROOT, "; %s %.3f", column.name(), through.added(directly, column.figure())));
        }
        text.append('\n');
    }

    private static void failures(StringBuilder text, String name, Asked asked) {
        if (asked.failureCount() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%s: %d failed: %s %s%n",
                    name,
                    asked.failureCount(),
                    asked.requests().lastFailure(),
                    asked.streams().lastFailure()));
        }
    }

    private static void line(StringBuilder text, String name, ToDoubleFunction<Column> figure, String end) {
        StringJoiner line = new StringJoiner(" | ", "| " + name + " | ", " |");
        COLUMNS.forEach(column -> line.add(String.format(Locale.ROOT, "%.3f", figure.applyAsDouble(column))));
        text.append(line).append(end).append('\n');
    }

    private static double millis(Histogram nanos, double percent) {
        return nanos.getTotalCount() == 0 ? Double.NaN : (double) nanos.getValueAtPercentile(percent) / NANOS_PER_MILLI;
    }
}
