package dev.weir.control.accounting;

import dev.weir.control.completion.Usage;
import dev.weir.control.storage.Database;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** What somebody has spent since some moment. It waits for the database. */
public final class LedgerTotals {
    private final Database database;

    public LedgerTotals(Database database) {
        this.database = database;
    }

    /** Whose calls; what is null is not looked at. */
    public record Whose(
            @Nullable String tenant,
            @Nullable String user,
            @Nullable String key,
            @Nullable String model,
            @Nullable String engine) {}

    /**
     * Sums.
     *
     * @param answeredCount calls that got an answer
     */
    public record Total(long answeredCount, Usage usage, long costNanos) {}

    public Total since(Instant from, Whose whose) {
        return database.jdbc()
                .sql("select count(first_byte_micros) as calls, coalesce(sum(input_tokens), 0) as input,"
                        + " coalesce(sum(cached_tokens), 0) as cached, coalesce(sum(output_tokens), 0) as output,"
                        + " coalesce(sum(cost_nanos), 0) as cost from ledger where at >= :from"
                        + condition("tenant", whose.tenant())
                        + condition("person", whose.user())
                        + condition("api_key", whose.key())
                        + condition("model", whose.model())
                        + condition("engine", whose.engine()))
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("tenant", whose.tenant())
                .param("person", whose.user())
                .param("api_key", whose.key())
                .param("model", whose.model())
                .param("engine", whose.engine())
                .query((row, _) -> new Total(
                        row.getLong("calls"),
                        new Usage(row.getLong("input"), row.getLong("cached"), row.getLong("output")),
                        row.getLong("cost")))
                .single();
    }

    private static String condition(String column, @Nullable String value) {
        return value == null ? "" : " and " + column + " = :" + column;
    }
}
