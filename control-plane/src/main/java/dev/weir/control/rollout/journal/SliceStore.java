package dev.weir.control.rollout.journal;

import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.postmortem.Slice;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.storage.Database;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was counted of rollouts by slice, piece by piece, and a few requests that were answered badly. Blocking. */
public final class SliceStore {
    private static final int PIECES_MAX = 500_000;

    private final Database database;

    public SliceStore(Database database) {
        this.database = database;
    }

    /** One slice of one metric, for a while. */
    public record Sliced(String rolloutId, Metric metric, Slice slice, ArmCounts counts) {}

    /** A bad answer. */
    public record Sample(
            String rolloutId,
            String callId,
            String requestId,
            boolean candidate,
            Metric metric,
            String tenant,
            String queryType) {}

    public void add(Collection<Sliced> slices, Collection<Sample> samples) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        slices.forEach(sliced -> rows.add(new @Nullable Object[] {
            sliced.rolloutId(),
            sliced.metric().name(),
            sliced.slice().dimension(),
            sliced.slice().value(),
            sliced.counts().candidateCount(),
            sliced.counts().candidateBadCount(),
            sliced.counts().baselineCount(),
            sliced.counts().baselineBadCount()
        }));
        if (!rows.isEmpty()) {
            database.batch(
                    "insert into rollout_slice (rollout_id, metric, dimension, part, candidate_count, candidate_bad_count,"
                            + " baseline_count, baseline_bad_count) values (?, ?, ?, ?, ?, ?, ?, ?)",
                    rows);
        }
        rows.clear();
        samples.forEach(sample -> rows.add(new @Nullable Object[] {
            sample.rolloutId(),
            sample.callId(),
            sample.requestId(),
            sample.candidate(),
            sample.metric().name(),
            sample.tenant(),
            sample.queryType()
        }));
        if (!rows.isEmpty()) {
            database.batch(
                    "insert into rollout_sample (rollout_id, call_id, request_id, candidate, metric, tenant, query_type)"
                            + " values (?, ?, ?, ?, ?, ?, ?)",
                    rows);
        }
    }

    /** Every piece of a rollout, in no order. */
    public List<Sliced> slices(String rolloutId) {
        return database.jdbc()
                .sql("select * from rollout_slice where rollout_id = ? limit " + PIECES_MAX)
                .param(rolloutId)
                .query((row, _) -> new Sliced(
                        rolloutId,
                        Metric.valueOf(row.getString("metric")),
                        new Slice(row.getString("dimension"), row.getString("part")),
                        new ArmCounts(
                                row.getLong("candidate_count"),
                                row.getLong("candidate_bad_count"),
                                row.getLong("baseline_count"),
                                row.getLong("baseline_bad_count"))))
                .list();
    }

    /** Some of one arm's bad answers. */
    public List<Sample> samples(String rolloutId, boolean candidate, int countMax) {
        return database.jdbc()
                .sql("select * from rollout_sample where rollout_id = ? and candidate = ? limit ?")
                .params(rolloutId, candidate, countMax)
                .query((row, _) -> new Sample(
                        rolloutId,
                        row.getString("call_id"),
                        row.getString("request_id"),
                        row.getBoolean("candidate"),
                        Metric.valueOf(row.getString("metric")),
                        row.getString("tenant"),
                        row.getString("query_type")))
                .list();
    }
}
