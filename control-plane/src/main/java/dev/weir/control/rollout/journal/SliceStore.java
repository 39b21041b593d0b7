package dev.weir.control.rollout.journal;

import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.postmortem.Slice;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.storage.Database;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What was counted of rollouts by slice, piece by piece, and a few requests that were answered badly. Blocking. */
public final class SliceStore {
    private static final int SLICES_MAX = 9_000;
    /** Of an arm; whoever looks at some of them looks at fewer. */
    private static final int SAMPLES_MAX = 500;

    private static final String GROW =
            "update rollout_slice set candidate_count = candidate_count + ?, candidate_bad_count = candidate_bad_count + ?,"
                    + " baseline_count = baseline_count + ?, baseline_bad_count = baseline_bad_count + ?,"
                    + " both_bad_count = both_bad_count + ? where rollout_id = ? and process = ? and weight_revision = ?"
                    + " and metric = ? and dimension = ? and part = ?";
    private static final String BEGIN =
            "insert into rollout_slice (candidate_count, candidate_bad_count, baseline_count, baseline_bad_count,"
                    + " both_bad_count, rollout_id, process, weight_revision, metric, dimension, part)"
                    + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private final Database database;

    public SliceStore(Database database) {
        this.database = database;
    }

    /** One slice of one metric, for a while in which nobody changed the weight. */
    public record Sliced(String rolloutId, long weightRevision, Metric metric, Slice slice, ArmCounts counts) {}

    private record Arm(String rolloutId, boolean candidate) {}

    /** A bad answer. */
    public record Sample(
            String rolloutId,
            String callId,
            String requestId,
            boolean candidate,
            Metric metric,
            String tenant,
            String queryType) {}

    /**
     * Adds to what a process has counted before. Each has rows of its own, so that none waits for another, and they become no more as time goes on.
     *
     * @param process of any name that nobody else has
     */
    public void add(String process, Collection<Sliced> slices, Collection<Sample> samples) {
        List<@Nullable Object[]> more = new ArrayList<>();
        slices.forEach(sliced -> more.add(row(process, sliced)));
        if (!more.isEmpty()) {
            int[] grown = database.batch(GROW, more);
            List<@Nullable Object[]> fresh = new ArrayList<>();
            for (int i = 0; i < grown.length; i++) {
                if (grown[i] == 0) {
                    fresh.add(more.get(i));
                }
            }
            if (!fresh.isEmpty()) {
                database.batch(BEGIN, fresh);
            }
        }
        samples.stream()
                .collect(Collectors.groupingBy(sample -> new Arm(sample.rolloutId(), sample.candidate())))
                .forEach(this::keep);
    }

    private static @Nullable Object[] row(String process, Sliced sliced) {
        return new @Nullable Object[] {
            sliced.counts().candidateCount(),
            sliced.counts().candidateBadCount(),
            sliced.counts().baselineCount(),
            sliced.counts().baselineBadCount(),
            sliced.counts().bothBadCount(),
            sliced.rolloutId(),
            process,
            sliced.weightRevision(),
            sliced.metric().name(),
            sliced.slice().dimension(),
            sliced.slice().value()
        };
    }

    private void keep(Arm arm, List<Sample> samples) {
        long kept = database.jdbc()
                .sql("select count(*) from rollout_sample where rollout_id = ? and candidate = ?")
                .params(arm.rolloutId(), arm.candidate())
                .query(Long.class)
                .single();
        List<@Nullable Object[]> rows = new ArrayList<>();
        samples.stream()
                .limit(Math.max(0, SAMPLES_MAX - kept))
                .forEach(sample -> rows.add(new @Nullable Object[] {
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
     * probability, however common bad events are meanwhile. Where there are too many, those of the latest weights: under them it went wrong.
     */
    public List<Sliced> slices(String rolloutId) {
        return database.jdbc()
                .sql(
                        "select weight_revision, metric, dimension, part, sum(candidate_count) as c, sum(candidate_bad_count) as cb,"
                                + " sum(baseline_count) as b, sum(baseline_bad_count) as bb, sum(both_bad_count) as both_bad"
                                + " from rollout_slice where rollout_id = ?"
                                + " group by weight_revision, metric, dimension, part"
                                + " order by weight_revision desc, metric, dimension, part limit " + SLICES_MAX)
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
