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
    private static final int SLICES_MAX = 9_000;

    private final Database database;

    public SliceStore(Database database) {
        this.database = database;
    }

    /** One slice of one metric, for a while in which nobody changed the weight. */
    public record Sliced(String rolloutId, long weightRevision, Metric metric, Slice slice, ArmCounts counts) {}

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
            sliced.weightRevision(),
            sliced.metric().name(),
            sliced.slice().dimension(),
            sliced.slice().value(),
            sliced.counts().candidateCount(),
            sliced.counts().candidateBadCount(),
            sliced.counts().baselineCount(),
            sliced.counts().baselineBadCount(),
            sliced.counts().bothBadCount()
        }));
        if (!rows.isEmpty()) {
            database.batch(
                    "insert into rollout_slice (rollout_id, weight_revision, metric, dimension, part, candidate_count, candidate_bad_count,"
                            + " baseline_count, baseline_bad_count, both_bad_count) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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

    /**
     * A rollout's slices, one sum for each weight that it had: as long as the weight stands, a bad event falls on the candidate with the same
     * probability, however common bad events are meanwhile.
     */
    public List<Sliced> slices(String rolloutId) {
        return database.jdbc()
                .sql(
                        "select weight_revision, metric, dimension, part, sum(candidate_count) as c, sum(candidate_bad_count) as cb,"
                                + " sum(baseline_count) as b, sum(baseline_bad_count) as bb, sum(both_bad_count) as both_bad"
                                + " from rollout_slice where rollout_id = ?"
                                + " group by weight_revision, metric, dimension, part"
                                + " order by weight_revision, metric, dimension, part limit " + SLICES_MAX)
                .param(rolloutId)
                .query((row, _) -> new Sliced(
                        rolloutId,
                        row.getLong("weight_revision"),
                        Metric.valueOf(row.getString("metric")),
                        new Slice(row.getString("dimension"), row.getString("part")),
                        new ArmCounts(
                                row.getLong("c"),
                                row.getLong("cb"),
                                row.getLong("b"),
                                row.getLong("bb"),
                                row.getLong("both_bad"))))
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
