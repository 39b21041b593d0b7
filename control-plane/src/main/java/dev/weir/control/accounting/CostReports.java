package dev.weir.control.accounting;

import dev.weir.control.completion.Usage;
import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sums over the ledger. They wait for the database, so ask for them where waiting is allowed. */
public final class CostReports {
    /** More groups than anybody reads; the report says when it was cut. */
    public static final int ROWS_MAX = 10_000;

    /** What Weir computes for its own sake costs money, and nobody would have asked another model for it. */
    private static final String ASKED_FOR = " and tenant <> '" + Call.SHADOW_TENANT
            + "' and (feature is null or feature not in ('" + String.join("', '", Call.OWN_FEATURES) + "'))";

    private final Database database;
    private final Supplier<PriceList> prices;

    /** Reports at the prices as they are now where they compare; what was booked stays as it was booked. */
    public CostReports(Database database, Supplier<PriceList> prices) {
        this.database = database;
        this.prices = prices;
    }

    /** What costs can be told apart by. */
    public enum Tag {
        TENANT("tenant"),
        USER("person"),
        KEY("api_key"),
        FEATURE("feature"),
        ENDPOINT("endpoint"),
        MODEL("model"),
        VERSION("version"),
        ENGINE("engine"),
        ARM("arm"),
        TIER("tier"),
        REASON("reason"),
        CACHE("cache"),
        STATUS("status"),
        DAY("call_day");

        private final String column;

        Tag(String column) {
            this.column = column;
        }

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The tag that is written so. */
        public static Tag of(String text) {
            return Arrays.stream(values())
                    .filter(tag -> tag.text().equals(text.strip()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no tag '" + text + "': there are "
                            + Arrays.stream(values()).map(Tag::text).collect(Collectors.joining(", "))));
        }
    }

    /** Which calls: from (inclusive) to (exclusive), of one tenant or of all. */
    public record Selection(Instant from, Instant to, Optional<String> tenant) {
        public Selection {
            if (!from.isBefore(to)) {
                throw new IllegalArgumentException("a report ends after it begins: " + from + " is not before " + to);
            }
        }
    }

    /** One group of calls. */
    public record Row(Map<String, @Nullable String> tags, long callCount, Usage usage, long costNanos) {}

    /**
     * What the calls cost, and what they would have cost had one model answered all of them with as many tokens.
     *
     * @param costNanos of all that was computed, also of what was computed only for Weir's own sake
     * @param baselineNanos the sum over all calls of their tokens at the other model's prices
     */
    public record Savings(String baselineModel, long callCount, Usage usage, long costNanos, long baselineNanos) {
        public long savedNanos() {
            return baselineNanos - costNanos;
        }
    }

    /** Sums by the tags, in their order; one sum of all where there are none. */
    public List<Row> by(List<Tag> tags, Selection selection) {
        return by(tags, selection, "");
    }

    private List<Row> by(List<Tag> tags, Selection selection, String condition) {
        String columns = tags.stream().map(tag -> tag.column).collect(Collectors.joining(", "));
        String sums = "count(*) as calls, coalesce(sum(input_tokens), 0) as input, coalesce(sum(cached_tokens), 0) as"
                + " cached, coalesce(sum(output_tokens), 0) as output, coalesce(sum(cost_nanos), 0) as cost";
        String grouped = tags.isEmpty() ? "" : " group by " + columns + " order by " + columns;
        return database.jdbc()
                .sql("select " + (tags.isEmpty() ? "" : columns + ", ") + sums + " from ledger where at >= :from and"
                        + " at < :to" + (selection.tenant().isPresent() ? " and tenant = :tenant" : "") + condition
                        + grouped
                        + " limit " + ROWS_MAX)
                .param("from", selection.from().atOffset(ZoneOffset.UTC))
                .param("to", selection.to().atOffset(ZoneOffset.UTC))
                .param("tenant", selection.tenant().orElse(""))
                .query((row, _) -> row(tags, row))
                .list();
    }

    public Savings against(String baselineModel, Selection selection) {
        Row all = by(List.of(), selection).getFirst();
        Row asked = by(List.of(), selection, ASKED_FOR).getFirst();
        return new Savings(
                baselineModel,
                asked.callCount(),
                asked.usage(),
                all.costNanos(),
                prices.get().of(baselineModel).costNanos(asked.usage()));
    }

    private static Row row(List<Tag> tags, ResultSet row) throws SQLException {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        for (Tag tag : tags) {
            values.put(tag.text(), row.getString(tag.column));
        }
        return new Row(
                values,
                row.getLong("calls"),
                new Usage(row.getLong("input"), row.getLong("cached"), row.getLong("output")),
                row.getLong("cost"));
    }
}
