package dev.weir.control.identity;

import dev.weir.control.storage.Database;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * The one way to change what replicas mirror: the change, its entry in the audit log and the version by which replicas notice it are one
 * transaction, and all changes have one order.
 */
public final class ChangeLog {
    private final Database database;
    private final IdentityStore store;
    private final AuditLog audit;
    private final InstantSource clock;

    public ChangeLog(Database database, IdentityStore store, AuditLog audit, InstantSource clock) {
        this.database = database;
        this.store = store;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Does the work under the next version.
     *
     * @param actor who wants it
     * @param detail what the audit log is to say of the outcome
     */
    public <T> T change(
            String actor, String action, String subject, Function<T, Map<String, ?>> detail, LongFunction<T> work) {
        return database.<T>inTransaction(() -> {
            long version = store.nextVersion();
            T done = work.apply(version);
            audit.append(version, now(), actor, action, subject, detail.apply(done));
            return done;
        });
    }

    /** Does the work under the next version, for somebody who may have said why. */
    public <T> T change(
            Caller by, String action, String subject, Function<T, Map<String, ?>> detail, LongFunction<T> work) {
        return change(by.actor(), action, subject, done -> by.explained(detail.apply(done)), work);
    }

    /** The version of the last change. */
    public long version() {
        return store.version();
    }

    /** Databases keep microseconds, and what was hashed has to read the same again. */
    public Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
