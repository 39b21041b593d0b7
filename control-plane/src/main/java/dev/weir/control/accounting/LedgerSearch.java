package dev.weir.control.accounting;

import static java.util.concurrent.TimeUnit.MICROSECONDS;

import dev.weir.control.completion.EngineTimes;
import dev.weir.control.completion.Usage;
import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/** Finds calls in the ledger, the newest first. It waits for the database, so ask where waiting is allowed. */
public final class LedgerSearch {
    /** Of one page. */
    public static final int ENTRIES_MAX = 500;

    private final Database database;

    public LedgerSearch(Database database) {
        this.database = database;
    }

    /**
     * Which calls. What is null may be anything.
     *
     * @param requestId the caller's name for it, or ours
     * @param before for the next page, when the last one of the page before it was
     */
    public record Wanted(
            @Nullable String requestId,
            @Nullable String tenant,
            @Nullable String user,
            @Nullable String key,
            @Nullable String feature,
            @Nullable String model,
            @Nullable String engine,
            @Nullable String status,
            @Nullable Instant before) {

        /** Columns and what they have to be. */
        private Map<String, String> equal() {
            Map<String, String> equal = new LinkedHashMap<>();
            put(equal, "request_id", requestId);
            put(equal, "tenant", tenant);
            put(equal, "person", user);
            put(equal, "api_key", key);
            put(equal, "feature", feature);
            put(equal, "model", model);
            put(equal, "engine", engine);
            put(equal, "status", status);
            return equal;
        }

        private static void put(Map<String, String> equal, String column, @Nullable String value) {
            if (value != null && !value.isBlank()) {
                equal.put(column, value.strip());
            }
        }
    }

    public List<LedgerEntry> find(Wanted wanted, int countMax) {
        Map<String, String> equal = wanted.equal();
        Instant before = wanted.before();
        String conditions =
                equal.keySet().stream().map(column -> column + " = ?").collect(Collectors.joining(" and "));
        String page = before == null ? "" : "at < ?";
        String where = conditions.isEmpty() ? page : page.isEmpty() ? conditions : conditions + " and " + page;
        StatementSpec statement = database.jdbc()
                .sql("select * from ledger" + (where.isEmpty() ? "" : " where " + where)
                        + " order by at desc, id limit " + Math.clamp(countMax, 1, ENTRIES_MAX))
                .params(List.copyOf(equal.values()));
        return (before == null ? statement : statement.param(before.atOffset(ZoneOffset.UTC)))
                .query(LedgerSearch::entry)
                .list();
    }

    /** The call of ours with this id. */
    public Optional<LedgerEntry> byId(String id) {
        return database.jdbc()
                .sql("select * from ledger where id = ?")
                .param(id)
                .query(LedgerSearch::entry)
                .optional();
    }

    private static LedgerEntry entry(ResultSet row, int index) throws SQLException {
        return new LedgerEntry(
                row.getString("id"),
                row.getString("request_id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("tenant"),
                row.getString("person"),
                row.getString("api_key"),
                row.getString("subject"),
                row.getString("feature"),
                row.getString("endpoint"),
                row.getString("model"),
                row.getString("version"),
                row.getString("engine"),
                row.getString("arm"),
                row.getString("tier"),
                row.getString("reason"),
                row.getString("cache"),
                row.getString("guard"),
                row.getString("compression"),
                row.getString("tries"),
                times(row),
                row.getBoolean("stream"),
                new Usage(row.getLong("input_tokens"), row.getLong("cached_tokens"), row.getLong("output_tokens")),
                row.getBoolean("usage_told"),
                row.getLong("cost_nanos"),
                row.getObject("first_byte_micros", Long.class),
                row.getLong("total_micros"),
                row.getString("status"));
    }

    private static @Nullable EngineTimes times(ResultSet row) throws SQLException {
        Long queueMicros = row.getObject("queue_micros", Long.class);
        return queueMicros == null
                ? null
                : new EngineTimes(
                        MICROSECONDS.toNanos(queueMicros),
                        MICROSECONDS.toNanos(row.getLong("prefill_micros")),
                        MICROSECONDS.toNanos(row.getLong("decode_micros")));
    }
}
