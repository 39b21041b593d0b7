package dev.weir.control.accounting;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the ledger is written.
 *
 * @param writeEvery the longest that an entry waits to be written; a crash loses that and what a write takes
 * @param entriesWaitingMax before entries go to the spool instead
 * @param entriesPerWriteMax at a time
 * @param spoolSizeMax that the entries may take that the database did not
 * @param spoolRetryEvery pause between two attempts to bring them to the database
 */
public record AccountingConfig(
        @DefaultValue("250ms") Duration writeEvery,
        @DefaultValue("65536") int entriesWaitingMax,
        @DefaultValue("1000") int entriesPerWriteMax,
        @DefaultValue("1GB") DataSize spoolSizeMax,
        @DefaultValue("5s") Duration spoolRetryEvery) {
    public AccountingConfig {
        if (!writeEvery.isPositive() || !spoolRetryEvery.isPositive()) {
            throw new IllegalArgumentException(
                    "weir.accounting.write-every and spool-retry-every must be longer than nothing");
        }
        if (entriesWaitingMax < 1 || entriesPerWriteMax < 1 || spoolSizeMax.toBytes() < 1) {
            throw new IllegalArgumentException(
                    "weir.accounting.entries-waiting-max, entries-per-write-max and spool-size-max are at least 1");
        }
    }
}
