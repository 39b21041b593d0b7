package dev.weir.control.evaluation.archive;

import dev.weir.control.evaluation.EvaluationFailure;
import dev.weir.control.evaluation.archive.RunStatus.State;
import dev.weir.control.evaluation.grading.Grade;
import dev.weir.control.evaluation.run.Attempt;
import dev.weir.control.evaluation.run.AttemptKeeper;
import dev.weir.control.evaluation.run.RunResults;
import dev.weir.control.evaluation.run.RunSettings;
import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import tools.jackson.databind.json.JsonMapper;

/** Runs in the database. Blocking: to be called where waiting is allowed. */
public final class RunArchive {
    /** How many runs a list has. */
    public static final int RUNS_LISTED_MAX = 500;

    private static final int REASON_CHARS_MAX = 1000;
    private static final String SELECT = "select r.settings, r.state, r.reason, r.attempt_count_planned, r.author,"
            + " r.created_at, r.ended_at, (select count(*) from evaluation_attempt a where a.run_id = r.id) as attempts,"
            + " (select count(*) from evaluation_attempt a where a.run_id = r.id and a.passed) as passed"
            + " from evaluation_run r ";

    private final Database database;
    private final InstantSource clock;

    public RunArchive(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    public void begin(RunSettings settings, int attemptCountPlanned, String author) {
        try {
            database.jdbc()
                    .sql("insert into evaluation_run (id, set_name, golden_hash, model, settings, state,"
                            + " attempt_count_planned, author, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)")
                    .params(
                            settings.id(),
                            settings.setName(),
                            settings.goldenHash(),
                            settings.model(),
                            JsonMapper.shared().writeValueAsString(settings),
                            State.RUNNING.name(),
                            attemptCountPlanned,
                            author,
                            now())
                    .update();
        } catch (DuplicateKeyException _) {
            throw EvaluationFailure.conflict("there is a run '" + settings.id() + "' already");
        }
    }

    /** It has come to an end, or goes on. */
    public void turns(String id, State state, @Nullable String reason) {
        String cut = reason == null ? null : reason.substring(0, Math.min(REASON_CHARS_MAX, reason.length()));
        database.jdbc()
                .sql("update evaluation_run set state = ?, reason = ?, ended_at = ? where id = ?")
                .param(state.name())
                .param(cut)
                .param(state == State.RUNNING ? null : now())
                .param(id)
                .update();
    }

    /** The latest runs first. */
    public List<RunStatus> list(Optional<String> setName, Optional<String> model) {
        return database.jdbc()
                .sql(SELECT + "where (? = '' or r.set_name = ?) and (? = '' or r.model = ?)"
                        + " order by r.created_at desc, r.id fetch first " + RUNS_LISTED_MAX + " rows only")
                .params(setName.orElse(""), setName.orElse(""), model.orElse(""), model.orElse(""))
                .query((row, _) -> status(row))
                .list();
    }

    public RunStatus status(String id) {
        return database.jdbc()
                .sql(SELECT + "where r.id = ?")
                .param(id)
                .query((row, _) -> status(row))
                .optional()
                .orElseThrow(() -> EvaluationFailure.notFound("run", id));
    }

    public RunResults results(String id) {
        RunSettings settings = status(id).settings();
        return new RunResults(
                settings,
                database.jdbc()
                        .sql("select body from evaluation_attempt where run_id = ? order by case_id, repeat_index")
                        .param(id)
                        .query((row, _) -> JsonMapper.shared().readValue(row.getString("body"), Attempt.class))
                        .list());
    }

    /** Keeps what a run's attempts bring. One that is there already stays as it is. */
    public AttemptKeeper keeper(String id) {
        return new AttemptKeeper() {
            @Override
            public Set<Attempt.Key> done() {
                return new HashSet<>(database.jdbc()
                        .sql("select case_id, repeat_index from evaluation_attempt where run_id = ?")
                        .param(id)
                        .query((row, _) -> new Attempt.Key(row.getString("case_id"), row.getInt("repeat_index")))
                        .list());
            }

            @Override
            public void keep(Attempt attempt) {
                try {
                    database.jdbc()
                            .sql("insert into evaluation_attempt (run_id, case_id, repeat_index, passed, body)"
                                    + " values (?, ?, ?, ?, ?)")
                            .params(
                                    id,
                                    attempt.caseId(),
                                    attempt.repeat(),
                                    attempt.status() == Grade.Status.PASSED,
                                    JsonMapper.shared().writeValueAsString(attempt))
                            .update();
                } catch (DuplicateKeyException _) {
                    // Somebody else has resumed the run, too, and was first.
                }
            }
        };
    }

    private OffsetDateTime now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
    }

    private static RunStatus status(ResultSet row) throws SQLException {
        OffsetDateTime ended = row.getObject("ended_at", OffsetDateTime.class);
        return new RunStatus(
                JsonMapper.shared().readValue(row.getString("settings"), RunSettings.class),
                State.valueOf(row.getString("state")),
                row.getString("reason"),
                row.getInt("attempt_count_planned"),
                row.getInt("attempts"),
                row.getInt("passed"),
                row.getString("author"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                ended == null ? null : ended.toInstant());
    }
}
