package dev.weir.control.accounting;

import dev.weir.control.storage.Database;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;

/** How busy models are, by the ledger. Blocking. */
public final class CallRates {
    private static final Duration SPAN = Duration.ofHours(1);

    private final Database database;
    private final InstantSource clock;

    public CallRates(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Calls a second that a model had in the last hour. */
    public double perSecond(String model) {
        long count = database.jdbc()
                .sql("select count(*) from ledger where model = ? and at >= ?")
                .params(model, clock.instant().minus(SPAN).atOffset(ZoneOffset.UTC))
                .query(Long.class)
                .single();
        return count / (double) SPAN.toSeconds();
    }
}
