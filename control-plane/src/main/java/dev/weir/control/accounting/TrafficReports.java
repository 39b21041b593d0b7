package dev.weir.control.accounting;

import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What went through all control planes of one database, by slots of time. It waits for the database. */
public final class TrafficReports {
    /** Answers that somebody else than the caller is to blame for. */
    private static final String FAILED = "status like '5%' or status = 'broken'";

    private static final String TOKEN_MICROS =
            "case when stream and cache is null and output_tokens > 1 then (total_micros - first_byte_micros) / (output_tokens - 1.0) end";

    private static final double MICROS_PER_SECOND = 1e6;

    private final Database database;

    public TrafficReports(Database database) {
        this.database = database;
    }

    /**
     * One slot.
     *
     * @param start when it began
     * @param failed calls that an engine or Weir failed
     * @param known calls whose answer was known already
     * @param firstTokenMillis median and 95th percentile of streams from engines, from request to first token; null where there were none
     * @param tokenMillis median of streams, of one token after the first
     */
    public record Slot(
            Instant start,
            long calls,
            long failed,
            long known,
            long inputTokens,
            long cachedTokens,
            long outputTokens,
            @Nullable Double firstTokenMillis,
            @Nullable Double firstTokenMillisP95,
            @Nullable Double tokenMillis) {}

    /** The slots in which there was anything, in order; {@code from} (inclusive) to {@code to} (exclusive). */
    public List<Slot> slots(Instant from, Instant to, Duration length) {
        long seconds = length.toSeconds();
        return database.jdbc()
                .sql("select slot, count(*) as calls, sum(case when " + FAILED + " then 1 else 0 end) as failed,"
                        + " count(cache) as known,"
                        + " sum(input_tokens) as input, sum(cached_tokens) as cached, sum(output_tokens) as output,"
                        + " percentile_cont(0.5) within group (order by first_micros) as first_median,"
                        + " percentile_cont(0.95) within group (order by first_micros) as first_high,"
                        + " percentile_cont(0.5) within group (order by token_micros) as token_median"
                        + " from (select cast(floor(extract(epoch from at) / " + seconds
                        + ") as bigint) as slot, status, cache,"
                        + " input_tokens, cached_tokens, output_tokens, case when stream and cache is null then first_byte_micros end as"
                        + " first_micros, " + TOKEN_MICROS
                        + " as token_micros from ledger where at >= ? and at < ?) as calls"
                        + " group by slot order by slot")
                .param(from.atOffset(ZoneOffset.UTC))
                .param(to.atOffset(ZoneOffset.UTC))
                .query((row, _) -> slot(row, seconds))
                .list();
    }

    /** How long good answers took, from request to end. */
    public record Times(long count, double medianSeconds, double p95Seconds, double p99Seconds) {}

    /** Of calls from {@code from} (inclusive) to {@code to} (exclusive). */
    public Times times(Instant from, Instant to) {
        return database.jdbc()
                .sql("select count(*) as calls, percentile_cont(0.5) within group (order by total_micros) as median,"
                        + " percentile_cont(0.95) within group (order by total_micros) as p95,"
                        + " percentile_cont(0.99) within group (order by total_micros) as p99"
                        + " from ledger where at >= ? and at < ? and status = '200'")
                .params(from.atOffset(ZoneOffset.UTC), to.atOffset(ZoneOffset.UTC))
                .query((row, _) -> new Times(
                        row.getLong("calls"),
                        row.getDouble("median") / MICROS_PER_SECOND,
                        row.getDouble("p95") / MICROS_PER_SECOND,
                        row.getDouble("p99") / MICROS_PER_SECOND))
                .single();
    }

    private static Slot slot(ResultSet row, long seconds) throws SQLException {
        return new Slot(
                Instant.ofEpochSecond(row.getLong("slot") * seconds),
                row.getLong("calls"),
                row.getLong("failed"),
                row.getLong("known"),
                row.getLong("input"),
                row.getLong("cached"),
                row.getLong("output"),
                millis(row, "first_median"),
                millis(row, "first_high"),
                millis(row, "token_median"));
    }

    private static @Nullable Double millis(ResultSet row, String column) throws SQLException {
        double micros = row.getDouble(column);
        return row.wasNull() ? null : micros / 1000;
    }
}
