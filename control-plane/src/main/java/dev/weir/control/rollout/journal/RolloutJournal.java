package dev.weir.control.rollout.journal;

import dev.weir.control.rollout.Decision;
import dev.weir.control.rollout.Effect.Keep;
import dev.weir.control.rollout.Effect.SetWeight;
import dev.weir.control.rollout.Phase;
import dev.weir.control.rollout.RolloutEvent;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReading;
import dev.weir.control.rollout.RolloutReducer.Step;
import dev.weir.control.rollout.RolloutReport;
import dev.weir.control.rollout.RolloutState;
import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Rollouts in the database. Blocking: to be called where waiting is allowed. */
public final class RolloutJournal {
    private static final int RECORDS_MAX = 1_000;
    private static final String RECORDS = "select r.plan, r.created_at, r.created_by, r.reason, s.report from rollout r"
            + " join rollout_report s on s.rollout_id = r.id";

    private final Database database;

    public RolloutJournal(Database database) {
        this.database = database;
    }

    /** Keeps a plan, unless its alias is rolled out already. To be called where changes have one order: a row that is there twice is a fault. */
    public void plan(RolloutPlan plan, String actor, String reason, Instant at) {
        database.<Integer>inTransaction(() -> {
            active(plan.alias()).ifPresent(other -> {
                throw new IllegalArgumentException(
                        plan.alias() + " is being rolled out by " + other + ": end that first");
            });
            experimentOf(plan.alias()).ifPresent(experiment -> {
                throw new IllegalArgumentException(
                        plan.alias() + " is in the experiment " + experiment + ": stop that first");
            });
            if (find(plan.rolloutId()).isPresent()) {
                throw new IllegalArgumentException(
                        "there is a rollout " + plan.rolloutId() + " already: give this one another id");
            }
            database.jdbc()
                    .sql("insert into rollout (id, alias, plan, phase, fence, event_count, created_at, created_by,"
                            + " reason) values (?, ?, ?, ?, 0, 0, ?, ?, ?)")
                    .params(
                            plan.rolloutId(),
                            plan.alias(),
                            EventJson.write(plan),
                            Phase.PLANNED.name(),
                            at.atOffset(ZoneOffset.UTC),
                            actor,
                            reason)
                    .update();
            report(RolloutReport.of(RolloutState.planned(plan), at), plan.rolloutId());
            return database.jdbc()
                    .sql("insert into rollout_active (alias, rollout_id) values (?, ?)")
                    .params(plan.alias(), plan.rolloutId())
                    .update();
        });
    }

    <T> T inTransaction(Supplier<T> work) {
        return database.<T>inTransaction(work);
    }

    /** The rollout that an alias is in. */
    public Optional<String> active(String alias) {
        return database.jdbc()
                .sql("select rollout_id from rollout_active where alias = ?")
                .param(alias)
                .query(String.class)
                .optional();
    }

    private Optional<String> experimentOf(String alias) {
        return database.jdbc()
                .sql("select experiment_id from experiment_active where alias = ?")
                .param(alias)
                .query(String.class)
                .optional();
    }

    /** Takes a rollout over: from now on every older lease is worthless. */
    public Lease take(String rolloutId) {
        return database.inTransaction(() -> {
            long fence = fence(rolloutId) + 1;
            database.jdbc()
                    .sql("update rollout set fence = ? where id = ?")
                    .params(fence, rolloutId)
                    .update();
            return new Lease(rolloutId, fence);
        });
    }

    /**
     * Keeps an event and what follows from it: all of it, or nothing.
     *
     * @param read whether what the guards say then is kept for good
     */
    void append(Lease lease, long number, RolloutEvent event, Step step, boolean read) {
        database.<Integer>inTransaction(() -> {
            hold(lease);
            database.jdbc()
                    .sql("insert into rollout_event (rollout_id, number, event) values (?, ?, ?)")
                    .params(lease.rolloutId(), number, EventJson.write(event))
                    .update();
            step.effects().forEach(effect -> {
                if (effect instanceof Keep(var decision)) {
                    keep(lease, decision);
                } else if (effect instanceof SetWeight weight) {
                    setWeight(step.state().plan(), weight);
                }
            });
            RolloutReport report = RolloutReport.of(step.state(), event.at());
            report(report, lease.rolloutId());
            if (read) {
                read(lease, RolloutReading.of(number, report));
            }
            if (step.state().phase().isTerminal()) {
                database.jdbc()
                        .sql("delete from rollout_active where rollout_id = ?")
                        .param(lease.rolloutId())
                        .update();
            }
            return database.jdbc()
                    .sql("update rollout set event_count = ?, phase = ? where id = ?")
                    .params(number + 1, step.state().phase().name(), lease.rolloutId())
                    .update();
        });
    }

    private void keep(Lease lease, Decision decision) {
        database.jdbc()
                .sql("insert into rollout_decision (rollout_id, number, decision) values (?, ?, ?)")
                .params(lease.rolloutId(), decision.number(), EventJson.write(decision))
                .update();
    }

    private void read(Lease lease, RolloutReading reading) {
        database.jdbc()
                .sql("insert into rollout_reading (rollout_id, number, reading) values (?, ?, ?)")
                .params(lease.rolloutId(), reading.number(), EventJson.write(reading))
                .update();
    }

    private void setWeight(RolloutPlan plan, SetWeight weight) {
        database.jdbc()
                .sql("delete from rollout_weight where alias = ?")
                .param(plan.alias())
                .update();
        database.jdbc()
                .sql("insert into rollout_weight (alias, rollout_id, baseline, candidate, candidate_share, revision)"
                        + " values (?, ?, ?, ?, ?, ?)")
                .params(
                        plan.alias(),
                        plan.rolloutId(),
                        plan.baseline(),
                        plan.candidate(),
                        weight.candidateShare(),
                        weight.revision())
                .update();
    }

    private void report(RolloutReport report, String rolloutId) {
        String json = EventJson.write(report);
        int updated = database.jdbc()
                .sql("update rollout_report set report = ? where rollout_id = ?")
                .params(json, rolloutId)
                .update();
        if (updated == 0) {
            database.jdbc()
                    .sql("insert into rollout_report (rollout_id, report) values (?, ?)")
                    .params(rolloutId, json)
                    .update();
        }
    }

    /** The rollouts that have not ended. */
    public List<String> activeIds() {
        return database.jdbc()
                .sql("select rollout_id from rollout_active order by rollout_id")
                .query((row, _) -> row.getString("rollout_id"))
                .list();
    }

    /** The latest rollouts, the newest first. */
    public List<RolloutRecord> latest(int countMax) {
        return database.jdbc()
                .sql(RECORDS + " order by r.created_at desc, r.id limit ?")
                .param(Math.clamp(countMax, 1, RECORDS_MAX))
                .query(RolloutJournal::record)
                .list();
    }

    /** One rollout, if there is one of this id. */
    public Optional<RolloutRecord> find(String rolloutId) {
        return database.jdbc()
                .sql(RECORDS + " where r.id = ?")
                .param(rolloutId)
                .query(RolloutJournal::record)
                .optional();
    }

    private static RolloutRecord record(ResultSet row, int index) throws SQLException {
        return new RolloutRecord(
                EventJson.read(row.getString("plan"), RolloutPlan.class),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getString("created_by"),
                row.getString("reason"),
                EventJson.read(row.getString("report"), RolloutReport.class));
    }

    /** Nobody takes the rollout over until the transaction ends, of whoever has not been deposed before. */
    void hold(Lease lease) {
        if (fence(lease.rolloutId()) != lease.fence()) {
            throw new Deposed(lease);
        }
    }

    /** Locks the rollout until the transaction ends. */
    private long fence(String rolloutId) {
        return database.jdbc()
                .sql("select fence from rollout where id = ? for update")
                .param(rolloutId)
                .query(Long.class)
                .optional()
                .orElseThrow(() -> new IllegalArgumentException("there is no rollout " + rolloutId));
    }

    RolloutPlan planOf(String rolloutId) {
        return EventJson.read(
                database.jdbc()
                        .sql("select plan from rollout where id = ?")
                        .param(rolloutId)
                        .query(String.class)
                        .single(),
                RolloutPlan.class);
    }

    /** A page of a rollout's events, in order, from this number on; of weeks there are more than fit anywhere at once. */
    List<RolloutEvent> events(String rolloutId, long from) {
        return database.jdbc()
                .sql("select event from rollout_event where rollout_id = ? and number >= ? order by number limit "
                        + RECORDS_MAX)
                .params(rolloutId, from)
                .query((row, _) -> EventJson.read(row.getString("event"), RolloutEvent.class))
                .list();
    }

    /** Every decision of a rollout, in order. */
    public List<Decision> decisions(String rolloutId) {
        return database.jdbc()
                .sql("select decision from rollout_decision where rollout_id = ? order by number")
                .param(rolloutId)
                .query((row, _) -> EventJson.read(row.getString("decision"), Decision.class))
                .list();
    }

    /** The latest decisions of a rollout before one of them, the newest first. */
    public List<Decision> decisionsBefore(String rolloutId, long number, int countMax) {
        return database.jdbc()
                .sql("select decision from rollout_decision where rollout_id = ? and number < ?"
                        + " order by number desc limit ?")
                .params(rolloutId, number, Math.clamp(countMax, 1, RECORDS_MAX))
                .query((row, _) -> EventJson.read(row.getString("decision"), Decision.class))
                .list();
    }

    /** What was read of a rollout's guards after one of its readings, the oldest first. */
    public List<RolloutReading> readingsAfter(String rolloutId, long number, int countMax) {
        return database.jdbc()
                .sql("select reading from rollout_reading where rollout_id = ? and number > ?"
                        + " order by number limit ?")
                .params(rolloutId, number, Math.clamp(countMax, 1, RECORDS_MAX))
                .query((row, _) -> EventJson.read(row.getString("reading"), RolloutReading.class))
                .list();
    }

    /** What every alias means now that has ever been rolled out. */
    public List<AliasWeight> weights() {
        return database.jdbc()
                .sql("select w.alias, w.rollout_id, w.baseline, w.candidate, w.candidate_share, w.revision, r.phase"
                        + " from rollout_weight w join rollout r on r.id = w.rollout_id order by w.alias")
                .query((row, _) -> new AliasWeight(
                        row.getString("alias"),
                        row.getString("rollout_id"),
                        row.getString("baseline"),
                        row.getString("candidate"),
                        row.getDouble("candidate_share"),
                        row.getLong("revision"),
                        !Phase.valueOf(row.getString("phase")).isTerminal()))
                .list();
    }
}
