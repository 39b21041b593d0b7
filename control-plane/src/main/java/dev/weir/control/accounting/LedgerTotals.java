package dev.weir.control.accounting;

import dev.weir.control.completion.Usage;
import dev.weir.control.storage.Database;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * What somebody has spent since some moment, as limits count it: a known answer is a request without tokens; an answer that was not sent is paid
 * for, and no request beside the one that was answered better; what Weir computes for its own sake is nobody's. It waits for the database.
 */
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
        // Of its own model it was one; of all models together the better answer is.
        String answered = whose.model() == null
                ? "case when feature = :rejected then null else first_byte_micros end"
                : "first_byte_micros";
        return database.jdbc()
                .sql("select count(" + answered + ") as calls," + sum("input_tokens", "input")
                        + sum("cached_tokens", "cached") + sum("output_tokens", "output")
                        + " coalesce(sum(cost_nanos), 0) as cost from ledger where at >= :from"
                        + " and tenant <> :shadow and (feature is null or feature <> :check)"
                        + condition("tenant", whose.tenant())
                        + condition("person", whose.user())
                        + condition("api_key", whose.key())
                        + condition("model", whose.model())
                        + condition("engine", whose.engine()))
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("rejected", Call.UPGRADE_REJECTED)
                .param("check", Call.CACHE_CHECK)
                .param("shadow", Call.SHADOW_TENANT)
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

    private static String sum(String tokens, String name) {
        return " coalesce(sum(case when cache is null then " + tokens + " else 0 end), 0) as " + name + ",";
    }

    private static String condition(String column, @Nullable String value) {
        return value == null ? "" : " and " + column + " = :" + column;
    }
}
