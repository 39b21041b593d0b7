package dev.weir.control.accounting;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.weir.control.completion.EngineTimes;
import dev.weir.control.completion.Usage;
import dev.weir.control.storage.Database;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ledger's rows. */
public final class LedgerStore {
    private static final String INSERT =
            "insert into ledger (id, request_id, at, call_day, tenant, person, api_key, subject, feature,"
                    + " endpoint, model, version, engine, arm, tier, reason, cache, guard, compression, tries, queue_micros, prefill_micros, decode_micros, stream, input_tokens, cached_tokens, output_tokens,"
                    + " usage_told, cost_nanos, first_byte_micros, total_micros, status)"
                    + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    + " on conflict do nothing";

    private final Database database;

    public LedgerStore(Database database) {
        this.database = database;
    }

    /** All of them, or none; those that are there already stay as they are. */
    void insert(Collection<LedgerEntry> entries) {
        List<@Nullable Object[]> rows = entries.stream().map(LedgerStore::row).toList();
        database.batch(INSERT, rows);
    }

    /** What callers name may be of any length and have any character, and one row must not keep the others out. */
    private static @Nullable String cut(@Nullable String text, int charsMax) {
        if (text == null) {
            return null;
        }
        String fit = text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
        return fit.length() <= charsMax ? fit : fit.substring(0, charsMax);
    }

    private static @Nullable Object[] row(LedgerEntry entry) {
        Usage usage = entry.usage();
        EngineTimes times = entry.engineTimes();
        return new @Nullable Object[] {
            entry.id(),
            cut(entry.requestId(), 128),
            entry.at().atOffset(ZoneOffset.UTC),
            LocalDate.ofInstant(entry.at(), ZoneOffset.UTC),
            entry.tenant(),
            entry.user(),
            entry.key(),
            cut(entry.subject(), 200),
            entry.feature(),
            entry.endpoint(),
            cut(entry.model(), 512),
            cut(entry.version(), 512),
            cut(entry.engine(), 300),
            cut(entry.arm(), 128),
            cut(entry.tier(), 64),
            cut(entry.reason(), 1000),
            entry.cache(),
            cut(entry.guard(), 500),
            entry.compression(),
            cut(entry.tries(), 1000),
            times == null ? null : NANOSECONDS.toMicros(times.queueNanos()),
            times == null ? null : NANOSECONDS.toMicros(times.prefillNanos()),
            times == null ? null : NANOSECONDS.toMicros(times.decodeNanos()),
            entry.stream(),
            usage.inputTokens(),
            usage.cachedTokens(),
            usage.outputTokens(),
            entry.usageTold(),
            entry.costNanos(),
            entry.firstByteMicros(),
            entry.totalMicros(),
            entry.status()
        };
    }
}
