package dev.weir.control.rollout.journal;

import dev.weir.control.storage.Database;
import java.time.Duration;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;

/**
 * Which replica acts on rollouts. The leader counts beats in the database; a replica that has seen the same beat for longer than the lease,
 * by its own clock that only goes forward, may take the place. No two machines' clocks are compared. It is there to save work: what keeps
 * two controllers from acting twice is the journal's fence.
 *
 * <p>Thread-safety: none; one thread asks.
 */
public final class Leadership {
    private static final int ROW = 1;
    /** So many beats are written in a lease at most, however often it is asked: each is a commit, which an idle server pays for, too. */
    private static final int BEATS_PER_LEASE_MAX = 4;

    private final Database database;
    private final String holder;
    private final Duration lease;
    private Optional<Beat> seen = Optional.empty();
    private long seenSinceNanos;

    public Leadership(Database database, String holder, Duration lease) {
        this.database = database;
        this.holder = holder;
        this.lease = lease;
    }

    private record Beat(String holder, long number) {}

    /** Whether this replica leads now; to be asked several times during a lease. */
    public boolean beat(long nowNanos) {
        Optional<Beat> current = database.jdbc()
                .sql("select holder, beat from rollout_leader where id = ?")
                .param(ROW)
                .query((row, _) -> new Beat(row.getString("holder"), row.getLong("beat")))
                .optional();
        if (current.isEmpty()) {
            return begin();
        }
        Beat beat = current.get();
        if (!seen.equals(current)) {
            seen = current;
            seenSinceNanos = nowNanos;
        }
        long sinceNanos = nowNanos - seenSinceNanos;
        if (beat.holder().equals(holder)) {
            return sinceNanos < lease.toNanos() / BEATS_PER_LEASE_MAX || advance(beat);
        }
        return sinceNanos >= lease.toNanos() && advance(beat);
    }

    /** Gives the place up, so that nobody has to wait for it. */
    public void leave() {
        database.jdbc()
                .sql("delete from rollout_leader where id = ? and holder = ?")
                .params(ROW, holder)
                .update();
    }

    private boolean begin() {
        try {
            return database.jdbc()
                            .sql("insert into rollout_leader (id, holder, beat) values (?, ?, 1)")
                            .params(ROW, holder)
                            .update()
                    == 1;
        } catch (DuplicateKeyException _) {
            return false; // Another one was faster.
        }
    }

    private boolean advance(Beat from) {
        return database.jdbc()
                        .sql("update rollout_leader set holder = ?, beat = ? where id = ? and holder = ? and beat = ?")
                        .params(holder, from.number() + 1, ROW, from.holder(), from.number())
                        .update()
                == 1;
    }
}
