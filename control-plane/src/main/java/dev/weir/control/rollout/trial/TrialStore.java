package dev.weir.control.rollout.trial;

import dev.weir.control.rollout.trial.TrialState.Outcome;
import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Trials, how they stand, and what became of them. Blocking. */
public final class TrialStore {
    private static final int RECORDS_MAX = 500;
    private static final int REASON_CHARS_MAX = 2_000;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Database database;

    public TrialStore(Database database) {
        this.database = database;
    }

    /** Something that happened. */
    public record Entry(long number, Instant at, String actor, String sentence) {}

    /**
     * Keeps a plan, which begins at once. To be called where changes have one order.
     *
     * @throws IllegalArgumentException if its alias is in a trial or in a rollout, or its id is taken
     */
    public void begin(TrialPlan plan, String actor, String reason, Instant at) {
        requireReason(reason);
        database.<Integer>inTransaction(() -> {
            rolloutOf(plan.alias()).ifPresent(rollout -> {
                throw new IllegalArgumentException(
                        plan.alias() + " is being rolled out by " + rollout + ": end that first");
            });
            active(plan.alias()).ifPresent(other -> {
                throw new IllegalArgumentException(
                        plan.alias() + " is in the experiment " + other + ": stop that first");
            });
            if (find(plan.id()).isPresent()) {
                throw new IllegalArgumentException(
                        "there is an experiment " + plan.id() + " already: give this one another id");
            }
            database.jdbc()
                    .sql(
                            "insert into experiment (id, alias, plan, state, report, revision, created_at, created_by, reason)"
                                    + " values (?, ?, ?, ?, 'null', 0, ?, ?, ?)")
                    .params(
                            plan.id(),
                            plan.alias(),
                            JSON.writeValueAsString(plan),
                            JSON.writeValueAsString(TrialState.begun(plan)),
                            at.atOffset(ZoneOffset.UTC),
                            actor,
                            reason)
                    .update();
            tell(plan.id(), at, actor, "Begun: " + reason);
            return database.jdbc()
                    .sql("insert into experiment_active (alias, experiment_id) values (?, ?)")
                    .params(plan.alias(), plan.id())
                    .update();
        });
    }

    private static void requireReason(String reason) {
        if (reason.isBlank() || reason.length() > REASON_CHARS_MAX) {
            throw new IllegalArgumentException("reason must have 1 to " + REASON_CHARS_MAX + " characters");
        }
    }

    /** The trial that an alias is in. */
    public Optional<String> active(String alias) {
        return database.jdbc()
                .sql("select experiment_id from experiment_active where alias = ?")
                .param(alias)
                .query(String.class)
                .optional();
    }

    private Optional<String> rolloutOf(String alias) {
        return database.jdbc()
                .sql("select rollout_id from rollout_active where alias = ?")
                .param(alias)
                .query(String.class)
                .optional();
    }

    /** Of each trial that goes on, its revision. */
    public Map<String, Long> running() {
        return database
                .jdbc()
                .sql("select e.id, e.revision from experiment e join experiment_active a on a.experiment_id = e.id")
                .query((row, _) -> Map.entry(row.getString("id"), row.getLong("revision")))
                .list()
                .stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    public Optional<TrialRecord> find(String id) {
        return database.jdbc()
                .sql("select * from experiment where id = ?")
                .param(id)
                .query(TrialStore::record)
                .optional();
    }

    /** The newest first. */
    public List<TrialRecord> latest(int countMax) {
        return database.jdbc()
                .sql("select * from experiment order by created_at desc, id limit ?")
                .param(Math.clamp(countMax, 1, RECORDS_MAX))
                .query(TrialStore::record)
                .list();
    }

    /** What happened, the newest first. */
    public List<Entry> timeline(String id) {
        return database.jdbc()
                .sql("select * from experiment_event where experiment_id = ? order by number desc limit " + RECORDS_MAX)
                .param(id)
                .query((row, _) -> new Entry(
                        row.getLong("number"),
                        row.getObject("at", OffsetDateTime.class).toInstant(),
                        row.getString("actor"),
                        row.getString("sentence")))
                .list();
    }

    /** One that goes on, and nobody else may change it until the transaction ends. */
    Optional<TrialRecord> lock(String id) {
        return database.jdbc()
                .sql("select * from experiment where id = ? and ended_at is null for update")
                .param(id)
                .query(TrialStore::record)
                .optional();
    }

    /** Keeps what follows from a look at a trial that is locked. */
    void keep(String id, TrialJudge.Look look, String actor) {
        Instant at = look.report().at();
        update(id, look.state());
        database.jdbc()
                .sql("update experiment set report = ? where id = ?")
                .params(JSON.writeValueAsString(look.report()), id)
                .update();
        look.sentences().forEach(sentence -> tell(id, at, actor, sentence));
        if (look.state().outcome().ended()) {
            end(id, at);
        }
    }

    /**
     * Ends a trial.
     *
     * @throws IllegalArgumentException if it has ended
     */
    public void stop(String id, String actor, String reason, Instant at) {
        requireReason(reason);
        database.<Integer>inTransaction(() -> {
            TrialRecord trial = lock(id).orElseThrow(
                            () -> new IllegalArgumentException("there is no experiment " + id + " that goes on"));
            String sentence = "Stopped by hand: " + reason;
            Outcome outcome = new Outcome(TrialState.End.STOPPED, null, sentence);
            tell(id, at, actor, sentence);
            update(id, trial.state().ended(outcome));
            return end(id, at);
        });
    }

    private void update(String id, TrialState state) {
        database.jdbc()
                .sql("update experiment set state = ?, revision = revision + 1 where id = ?")
                .params(JSON.writeValueAsString(state), id)
                .update();
    }

    private int end(String id, Instant at) {
        database.jdbc()
                .sql("update experiment set ended_at = ? where id = ?")
                .params(at.atOffset(ZoneOffset.UTC), id)
                .update();
        return database.jdbc()
                .sql("delete from experiment_active where experiment_id = ?")
                .param(id)
                .update();
    }

    private void tell(String id, Instant at, String actor, String sentence) {
        database.jdbc()
                .sql("insert into experiment_event (experiment_id, number, at, actor, sentence)"
                        + " select ?, count(*), ?, ?, ? from experiment_event where experiment_id = ?")
                .params(
                        id,
                        at.atOffset(ZoneOffset.UTC),
                        actor,
                        sentence.substring(0, Math.min(sentence.length(), REASON_CHARS_MAX)),
                        id)
                .update();
    }

    private static TrialRecord record(ResultSet row, int index) throws SQLException {
        return new TrialRecord(
                JSON.readValue(row.getString("plan"), TrialPlan.class),
                JSON.readValue(row.getString("state"), TrialState.class),
                report(row.getString("report")),
                row.getLong("revision"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getString("created_by"),
                row.getString("reason"),
                Optional.ofNullable(row.getObject("ended_at", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant)
                        .orElse(null));
    }

    private static @Nullable TrialReport report(String json) {
        return json.equals("null") ? null : JSON.readValue(json, TrialReport.class);
    }
}
