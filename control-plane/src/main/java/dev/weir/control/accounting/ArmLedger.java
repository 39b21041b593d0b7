package dev.weir.control.accounting;

import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.Outside;
import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the ledger and feedback say of the arms of experiments, user by user. Blocking. */
public final class ArmLedger {
    /** Of one experiment; beyond it users are left out, whichever the database comes upon last. */
    private static final int USERS_MAX = 500_000;
    /** Taken in at once; what is beyond waits for the next look. */
    private static final int REWARDS_MAX = 10_000;

    private static final Duration DAY = Duration.ofDays(1);
    private static final Instant EVER = Instant.parse("9999-01-01T00:00:00Z");
    private static final String OUTSIDE = "coalesce(l.engine, '') like '" + Outside.PREFIX + "%'";
    private static final String WRITTEN = Arrays.stream(Endpoint.values())
            .filter(Endpoint::isGeneration)
            .map(endpoint -> "'" + endpoint.path() + "'")
            .collect(Collectors.joining(", "));

    /** Through no fault of the caller, also where nothing was written and where a provider outside answered instead: as live rollouts count it. */
    private static final String FAILED =
            "l.status like '5%' or l.status = 'broken' or (l.status = '429' and l.engine is not null) or " + OUTSIDE
                    + " or (l.status = '200' and l.usage_told and l.output_tokens = 0 and l.endpoint in (" + WRITTEN
                    + "))";

    private static final String CALLS = "sum(case when l.status = '200' or l.failed = 1 then 1 else 0 end) as answered,"
            + " sum(l.failed) as failed,"
            + " sum(case when l.status = '200' and l.failed = 0 then l.total_micros else 0 end) as micros,"
            + " sum(l.cost_nanos) as cost";
    private static final String OPINIONS = "count(f.thumbs_up) as thumbs,"
            + " sum(case when f.thumbs_up then 1 else 0 end) as liked, count(f.completed) as tasks,"
            + " sum(case when f.completed then 1 else 0 end) as done, count(f.hallucinated) as judged,"
            + " sum(case when f.hallucinated then 1 else 0 end) as invented,"
            + " sum(case when f.low_quality then 1 else 0 end) as poor";
    private static final String OF_LEDGER = " from ledger l where ";
    private static final String OF_DAY = "l.at >= ? and l.at < ? and ";
    private static final String OF_FEEDBACK = " from feedback f join ledger l on l.id = f.call_id where ";

    private final Database database;

    public ArmLedger(Database database) {
        this.database = database;
    }

    /** Somebody whom calls are for. */
    public record User(String tenant, String subject) {}

    /** A user on an arm. */
    public record ArmUser(String arm, User user) {}

    /** A call that somebody has said something of since the last time. */
    public record Opinion(
            String callId, String person, String arm, Feedback feedback, long costNanos, long totalMicros) {}

    /**
     * Of each user on these arms, all calls. Where a better model answered for an arm's, the arm has failed, as live rollouts count it, and what is
     * thought of the answer is not thought of the arm.
     *
     * @param modelsByArm what is to answer on each
     * @param from when the first of them was
     * @param until now, about
     */
    public Map<ArmUser, ArmSums> during(Map<String, String> modelsByArm, Instant from, Instant until) {
        String another = "(l.arm, l.model) not in (" + pairs(modelsByArm.size()) + ")";
        List<Object> versions = new ArrayList<>();
        modelsByArm.forEach((arm, model) -> versions.addAll(List.of(arm, model)));
        String where = "l.subject is not null and l.arm in (" + marks(modelsByArm.size()) + ")";
        return byUser(
                "l.arm, l.tenant, l.subject",
                new Calls(another, versions, where, List.copyOf(modelsByArm.keySet()), days(from, until, true)),
                row -> new ArmUser(row.getString("arm"), user(row)));
    }

    /** Of each user of these models in a span of time, all calls: what is known of them from before. */
    public Map<User, ArmSums> before(Collection<String> models, Instant from, Instant until) {
        String where = "l.subject is not null and l.model in (" + marks(models.size()) + ")";
        return byUser(
                "l.tenant, l.subject",
                new Calls("false", List.of(), where, List.copyOf(models), days(from, until, false)),
                ArmLedger::user);
    }

    /**
     * A time of which calls are summed in one statement.
     *
     * @param until {@link #EVER} where it has not ended
     */
    private record Day(Instant from, Instant until) {}

    /** One after the other: of weeks together no statement would end in time, where there are millions of calls a day. */
    private static List<Day> days(Instant from, Instant until, boolean goesOn) {
        List<Day> days = new ArrayList<>();
        Instant day = from;
        for (Instant next = day.plus(DAY); next.isBefore(until); next = day.plus(DAY)) {
            days.add(new Day(day, next));
            day = next;
        }
        days.add(new Day(day, goesOn ? EVER : until));
        return days;
    }

    /** Reads a row. */
    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /**
     * Which calls are asked for.
     *
     * @param another a condition, that another model answered than was to
     * @param versions its parameters
     * @param where a condition for calls to be among them, with its parameters
     */
    private record Calls(String another, List<Object> versions, String where, List<Object> parameters, List<Day> days) {
        List<Object> of(Day day) {
            List<Object> all = new ArrayList<>(versions);
            all.add(day.from().atOffset(ZoneOffset.UTC));
            all.add(day.until().atOffset(ZoneOffset.UTC));
            all.addAll(parameters);
            return all;
        }
    }

    /** Calls and opinions apart: a call of which nobody, or somebody twice, has said something is one call. */
    private <K> Map<K, ArmSums> byUser(String key, Calls of, Reader<K> keyOf) {
        Map<K, ArmSums> sums = new HashMap<>();
        String calls = CALLS + " from (select l.arm, l.tenant, l.subject, l.status, l.total_micros, l.cost_nanos,"
                + " case when " + FAILED + " or " + of.another() + " then 1 else 0 end as failed" + OF_LEDGER
                + OF_DAY + of.where() + ") l";
        String opinions =
                OPINIONS + OF_FEEDBACK + "not (" + OUTSIDE + " or " + of.another() + ") and " + OF_DAY + of.where();
        of.days().forEach(day -> {
            add(calls, key, of.of(day), keyOf, ArmLedger::calls, sums);
            add(opinions, key, of.of(day), keyOf, ArmLedger::opinions, sums);
        });
        return sums;
    }

    private <K> void add(
            String query,
            String key,
            List<Object> parameters,
            Reader<K> keyOf,
            Reader<ArmSums> sumsOf,
            Map<K, ArmSums> sums) {
        database.jdbc()
                .sql("select " + key + ", " + query + " group by " + key + " limit " + USERS_MAX)
                .params(parameters)
                .query(row -> {
                    K of = keyOf.read(row);
                    if (sums.size() < USERS_MAX || sums.containsKey(of)) {
                        sums.merge(of, sumsOf.read(row), ArmSums::plus);
                    }
                });
    }

    /** When the first call of these arms was. */
    public Optional<Instant> firstAt(Collection<String> arms) {
        return database.jdbc()
                .sql("select min(l.at) as first" + OF_LEDGER + "l.arm in (" + marks(arms.size()) + ")")
                .params(List.copyOf(arms))
                .query((row, _) -> Optional.ofNullable(row.getObject("first", OffsetDateTime.class)))
                .single()
                .map(OffsetDateTime::toInstant);
    }

    /** What was said of calls on these arms that their own models answered, each once: to be called in the transaction in which it counts. */
    public List<Opinion> takeOpinions(Map<String, String> modelsByArm) {
        List<@Nullable Object[]> taken = new ArrayList<>();
        List<Opinion> opinions = new ArrayList<>();
        database.jdbc()
                .sql("select f.*, l.arm, l.model, l.engine, l.cost_nanos, l.total_micros" + OF_FEEDBACK
                        + "not f.rewarded and l.arm in (" + marks(modelsByArm.size())
                        + ") order by f.at, f.call_id, f.person limit " + REWARDS_MAX)
                .params(List.copyOf(modelsByArm.keySet()))
                .query(row -> {
                    taken.add(new @Nullable Object[] {row.getString("call_id"), row.getString("person")});
                    boolean outside = Outside.is(row.getString("engine"));
                    if (!outside && row.getString("model").equals(modelsByArm.get(row.getString("arm")))) {
                        opinions.add(opinion(row));
                    }
                });
        if (!taken.isEmpty()) {
            database.batch("update feedback set rewarded = true where call_id = ? and person = ?", taken);
        }
        return opinions;
    }

    private static Opinion opinion(ResultSet row) throws SQLException {
        return new Opinion(
                row.getString("call_id"),
                row.getString("person"),
                row.getString("arm"),
                new Feedback(
                        row.getObject("thumbs_up", Boolean.class),
                        row.getObject("completed", Boolean.class),
                        null,
                        row.getObject("hallucinated", Boolean.class),
                        row.getObject("low_quality", Boolean.class)),
                row.getLong("cost_nanos"),
                row.getLong("total_micros"));
    }

    private static User user(ResultSet row) throws SQLException {
        return new User(row.getString("tenant"), row.getString("subject"));
    }

    private static ArmSums calls(ResultSet row) throws SQLException {
        return ArmSums.ofCalls(
                row.getLong("answered"), row.getLong("failed"), row.getDouble("micros"), row.getDouble("cost"));
    }

    private static ArmSums opinions(ResultSet row) throws SQLException {
        return new ArmSums(
                0,
                0,
                0,
                0,
                row.getLong("thumbs"),
                row.getLong("liked"),
                row.getLong("tasks"),
                row.getLong("done"),
                row.getLong("judged"),
                row.getLong("invented"),
                row.getLong("poor"));
    }

    private static String pairs(int count) {
        return String.join(", ", Collections.nCopies(count, "(?, ?)"));
    }

    private static String marks(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }
}
