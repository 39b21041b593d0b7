package dev.weir.control.drift;

import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts by day in the database. Blocking. */
public final class DriftStore {
    private static final int DAYS_KEPT = 90;
    private static final String KEY = "counted_on, model, tenant, query_type, topic, signal, judge_version, bin";

    private final Database database;

    public DriftStore(Database database) {
        this.database = database;
    }

    /**
     * One count.
     *
     * @param judgeVersion who says so, of what a judge says; empty otherwise
     */
    record Sign(Cell cell, Signal signal, String judgeVersion, String bin) {
        /** Of what everybody can see. */
        Sign(Cell cell, Signal signal, String bin) {
            this(cell, signal, "", bin);
        }

        @Nullable
        Object[] values(Object... before) {
            List<@Nullable Object> values = new ArrayList<>(List.of(before));
            values.addAll(List.of(
                    cell.day(),
                    cell.model(),
                    cell.tenant(),
                    cell.queryType(),
                    cell.topic(),
                    signal.name(),
                    judgeVersion,
                    bin));
            return values.toArray();
        }
    }

    /**
     * What was counted of one value.
     *
     * @param judgeVersion empty but for what a judge says
     * @param counts in each period that was asked for
     */
    record Counted(
            String model,
            String tenant,
            String queryType,
            int topic,
            Signal signal,
            String judgeVersion,
            String bin,
            List<Long> counts) {}

    /** A period, both days inclusive. */
    record Days(LocalDate from, LocalDate to) {}

    /** Adds to what is there; in one order, so that replicas do not wait for each other in a ring. */
    void add(Map<Sign, Long> counts) {
        Map<String, Map.Entry<Sign, Long>> sorted = new TreeMap<>();
        counts.entrySet().forEach(entry -> sorted.put(entry.getKey().toString(), entry));
        List<@Nullable Object[]> keys = new ArrayList<>();
        List<@Nullable Object[]> more = new ArrayList<>();
        sorted.values().forEach(entry -> {
            keys.add(entry.getKey().values());
            more.add(entry.getKey().values(entry.getValue()));
        });
        database.<Integer>inTransaction(() -> {
            database.batch(
                    "insert into drift_count (" + KEY
                            + ", seen_count) values (?, ?, ?, ?, ?, ?, ?, ?, 0) on conflict do nothing",
                    keys);
            database.batch(
                    "update drift_count set seen_count = seen_count + ? where counted_on = ? and model = ? and tenant = ? and query_type = ?"
                            + " and topic = ? and signal = ? and judge_version = ? and bin = ?",
                    more);
            return keys.size();
        });
    }

    void forgetBefore(LocalDate today) {
        database.jdbc()
                .sql("delete from drift_count where counted_on < ?")
                .param(today.minusDays(DAYS_KEPT))
                .update();
    }

    /** What was counted in each of these periods. */
    List<Counted> counted(List<Days> periods) {
        StringBuilder sums = new StringBuilder();
        List<Object> params = new ArrayList<>();
        LocalDate first = periods.getFirst().from();
        LocalDate last = periods.getFirst().to();
        for (int i = 0; i < periods.size(); i++) {
            sums.append(", sum(case when counted_on between ? and ? then seen_count else 0 end) as period")
                    .append(i);
            params.add(periods.get(i).from());
            params.add(periods.get(i).to());
            first = first.isAfter(periods.get(i).from()) ? periods.get(i).from() : first;
            last = last.isBefore(periods.get(i).to()) ? periods.get(i).to() : last;
        }
        params.add(first);
        params.add(last);
        return database.jdbc()
                .sql("select model, tenant, query_type, topic, signal, judge_version, bin" + sums
                        + " from drift_count where counted_on between ? and ?"
                        + " group by model, tenant, query_type, topic, signal, judge_version, bin"
                        + " order by model, tenant, query_type, topic, signal, judge_version, bin")
                .params(params)
                .query((row, _) -> counted(row, periods.size()))
                .list();
    }

    private static Counted counted(ResultSet row, int periodCount) throws SQLException {
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i < periodCount; i++) {
            counts.add(row.getLong("period" + i));
        }
        return new Counted(
                row.getString("model"),
                row.getString("tenant"),
                row.getString("query_type"),
                row.getInt("topic"),
                Signal.valueOf(row.getString("signal")),
                row.getString("judge_version"),
                row.getString("bin"),
                counts);
    }
}
