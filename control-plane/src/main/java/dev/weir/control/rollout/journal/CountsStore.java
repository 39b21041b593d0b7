package dev.weir.control.rollout.journal;

import dev.weir.control.storage.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where replicas leave what they counted, for whoever leads. Blocking. */
public final class CountsStore {
    /** Taken in at once; what is beyond waits for the next tick. */
    private static final int ROWS_MAX = 1_000;

    private final Database database;

    public CountsStore(Database database) {
        this.database = database;
    }

    /** What one replica counted under one weight. */
    private record Row(String id, long weightRevision, Counted counted) {}

    public void leave(String rolloutId, long weightRevision, Counted counted) {
        database.jdbc()
                .sql("insert into rollout_counts (id, rollout_id, weight_revision, counts) values (?, ?, ?, ?)")
                .params(UUID.randomUUID().toString(), rolloutId, weightRevision, EventJson.write(counted))
                .update();
    }

    /**
     * Whether a process has not written this batch yet: to be called in the transaction that writes it. Batches are numbered upwards.
     *
     * @param process of any name that nobody else has
     */
    public boolean isNew(String process, long batch) {
        Long written = database.jdbc()
                .sql("select batch from rollout_counts_written where process = ?")
                .param(process)
                .query(Long.class)
                .optional()
                .orElse(null);
        if (written != null && written >= batch) {
            return false;
        }
        database.jdbc()
                .sql(
                        written == null
                                ? "insert into rollout_counts_written (batch, process) values (?, ?)"
                                : "update rollout_counts_written set batch = ? where process = ?")
                .params(batch, process)
                .update();
        return true;
    }

    /** A process writes nothing any more. */
    public void leaves(String process) {
        database.jdbc()
                .sql("delete from rollout_counts_written where process = ?")
                .param(process)
                .update();
    }

    /**
     * What all replicas left, each once: to be called in the transaction in which it becomes an event. What was counted under an older
     * weight is dropped: its conversations were divided otherwise.
     *
     * @return one for each replica's report, none where no replica has reported
     */
    List<Counted> take(String rolloutId, long weightRevision) {
        List<Row> rows = database.jdbc()
                .sql("select id, weight_revision, counts from rollout_counts where rollout_id = ? limit " + ROWS_MAX)
                .param(rolloutId)
                .query((row, _) -> new Row(
                        row.getString("id"),
                        row.getLong("weight_revision"),
                        EventJson.read(row.getString("counts"), Counted.class)))
                .list();
        if (rows.isEmpty()) {
            return List.of();
        }
        List<@Nullable Object[]> taken = new ArrayList<>();
        rows.forEach(row -> taken.add(new @Nullable Object[] {row.id()}));
        database.batch("delete from rollout_counts where id = ?", taken);
        return rows.stream()
                .filter(row -> row.weightRevision() == weightRevision)
                .map(Row::counted)
                .toList();
    }
}
