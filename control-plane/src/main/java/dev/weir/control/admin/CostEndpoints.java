package dev.weir.control.admin;

import dev.weir.control.accounting.CostReports;
import dev.weir.control.accounting.CostReports.Row;
import dev.weir.control.accounting.CostReports.Savings;
import dev.weir.control.accounting.CostReports.Selection;
import dev.weir.control.accounting.CostReports.Tag;
import dev.weir.control.storage.Database;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** What calls cost, by whatever the ledger knows of them. */
@RestController
public final class CostEndpoints {
    private static final Duration SPAN = Duration.ofDays(30);
    private static final int NANO_DIGITS = 9;

    private final Database database;
    private final CostReports reports;
    private final InstantSource clock;

    public CostEndpoints(Database database, CostReports reports, InstantSource clock) {
        this.database = database;
        this.reports = reports;
        this.clock = clock;
    }

    /** One group of calls; money in the currency of the prices. */
    public record CostRow(
            Map<String, @Nullable String> tags,
            long calls,
            long inputTokens,
            long cachedTokens,
            long outputTokens,
            BigDecimal cost) {}

    /**
     * Sums over the ledger.
     *
     * @param cut whether there were more groups than a report has
     */
    public record CostReport(Instant from, Instant to, List<String> by, List<CostRow> rows, boolean cut) {}

    /**
     * What was saved, with its arithmetic.
     *
     * @param baselineCost what the same tokens would have cost at the baseline model's prices
     * @param saved {@code baselineCost - cost}
     */
    public record SavingsReport(
            Instant from,
            Instant to,
            String baselineModel,
            long calls,
            long inputTokens,
            long cachedTokens,
            long outputTokens,
            BigDecimal cost,
            BigDecimal baselineCost,
            BigDecimal saved) {}

    @GetMapping("/admin/costs")
    Mono<CostReport> costs(
            @RequestParam Optional<Instant> from,
            @RequestParam Optional<Instant> to,
            @RequestParam(defaultValue = "tenant,model") String by,
            @RequestParam Optional<String> tenant) {
        return Refusals.ask(database, () -> report(selection(from, to, tenant), by));
    }

    /** The same as lines of comma-separated values, with a line of names above. */
    @GetMapping(path = "/admin/costs.csv", produces = "text/csv")
    Mono<ResponseEntity<String>> costsAsCsv(
            @RequestParam Optional<Instant> from,
            @RequestParam Optional<Instant> to,
            @RequestParam(defaultValue = "tenant,model") String by,
            @RequestParam Optional<String> tenant) {
        return Refusals.ask(
                database,
                () -> ResponseEntity.ok()
                        .contentType(MediaType.parseMediaType("text/csv;charset=UTF-8"))
                        .body(csv(report(selection(from, to, tenant), by))));
    }

    @GetMapping("/admin/costs/savings")
    Mono<SavingsReport> savings(
            @RequestParam Optional<Instant> from,
            @RequestParam Optional<Instant> to,
            @RequestParam String model,
            @RequestParam Optional<String> tenant) {
        return Refusals.ask(database, () -> {
            Selection selection = selection(from, to, tenant);
            Savings savings = reports.against(model, selection);
            return new SavingsReport(
                    selection.from(),
                    selection.to(),
                    model,
                    savings.callCount(),
                    savings.usage().inputTokens(),
                    savings.usage().cachedTokens(),
                    savings.usage().outputTokens(),
                    money(savings.costNanos()),
                    money(savings.baselineNanos()),
                    money(savings.savedNanos()));
        });
    }

    private Selection selection(Optional<Instant> from, Optional<Instant> to, Optional<String> tenant) {
        Instant end = Refusals.time(to.orElseGet(clock::instant));
        return new Selection(Refusals.time(from.orElseGet(() -> end.minus(SPAN))), end, tenant);
    }

    private CostReport report(Selection selection, String by) {
        List<Tag> tags = by.isBlank()
                ? List.of()
                : Stream.of(by.split(",", -1)).map(Tag::of).distinct().toList();
        List<CostRow> rows =
                reports.by(tags, selection).stream().map(CostEndpoints::row).toList();
        return new CostReport(
                selection.from(),
                selection.to(),
                tags.stream().map(Tag::text).toList(),
                rows,
                rows.size() == CostReports.ROWS_MAX);
    }

    private static CostRow row(Row row) {
        return new CostRow(
                row.tags(),
                row.callCount(),
                row.usage().inputTokens(),
                row.usage().cachedTokens(),
                row.usage().outputTokens(),
                money(row.costNanos()));
    }

    private static BigDecimal money(long nanos) {
        return BigDecimal.valueOf(nanos, NANO_DIGITS);
    }

    private static String csv(CostReport report) {
        Stream<String> names = Stream.concat(
                report.by().stream(), Stream.of("calls", "input_tokens", "cached_tokens", "output_tokens", "cost"));
        Stream<String> lines = report.rows().stream()
                .map(row -> Stream.concat(
                                report.by().stream()
                                        .map(tag -> quoted(row.tags().get(tag))),
                                Stream.of(
                                        Long.toString(row.calls()),
                                        Long.toString(row.inputTokens()),
                                        Long.toString(row.cachedTokens()),
                                        Long.toString(row.outputTokens()),
                                        row.cost().toPlainString()))
                        .collect(Collectors.joining(",")));
        return Stream.concat(Stream.of(names.collect(Collectors.joining(","))), lines)
                .map(line -> line + "\r\n")
                .collect(Collectors.joining());
    }

    /** A spreadsheet takes a value that begins like a formula for one, whoever named it. */
    private static String quoted(@Nullable String value) {
        if (value == null) {
            return "";
        }
        String safe = !value.isEmpty() && "=+-@".indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
        return "\"" + safe.replace("\"", "\"\"") + "\"";
    }
}
