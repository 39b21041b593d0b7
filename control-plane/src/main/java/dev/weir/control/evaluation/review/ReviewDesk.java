package dev.weir.control.evaluation.review;

import dev.weir.control.evaluation.EvaluationFailure;
import dev.weir.control.storage.Database;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where people find what waits for their opinion, and leave it. Blocking. */
public final class ReviewDesk {
    /** How many tasks are shown at once. */
    public static final int TASKS_MAX = 100;

    private static final String WAITING = " from review_item i where grades_needed > 0 and answer <> ''"
            + " and (select count(*) from review_opinion o where o.item_id = i.id) < grades_needed"
            + " and not exists (select 1 from review_opinion o where o.item_id = i.id and o.reviewer = ?)";

    private final Database database;
    private final Corrections corrections;
    private final InstantSource clock;

    public ReviewDesk(Database database, Corrections corrections, InstantSource clock) {
        this.database = database;
        this.corrections = corrections;
        this.clock = clock;
    }

    /**
     * An answer to be graded, without anything that could sway who grades it.
     *
     * @param conversation as JSON, what was said before
     */
    public record Task(String id, String conversation, String answer) {
        /** What was said is nobody's business but the reviewers'. */
        @Override
        public String toString() {
            return "Task[" + id + "]";
        }
    }

    /** An opinion that was given, and the name of the correction that is proposed by it, if any. */
    public record Given(Opinion opinion, @Nullable String proposalId) {}

    /** What waits for this person, oldest week first and otherwise in no order that says anything. */
    public List<Task> waitingFor(String reviewer) {
        return database.jdbc()
                .sql("select id, conversation, answer" + WAITING + " order by week, id fetch first " + TASKS_MAX
                        + " rows only")
                .param(reviewer)
                .query((row, _) ->
                        new Task(row.getString("id"), row.getString("conversation"), row.getString("answer")))
                .list();
    }

    public long waitingCount(String reviewer) {
        return database.jdbc()
                .sql("select count(*)" + WAITING)
                .param(reviewer)
                .query(Long.class)
                .single();
    }

    /** Takes an opinion; a correction in it is proposed for the golden set. */
    public Given give(String id, String reviewer, Opinion opinion) {
        return database.inTransaction(() -> {
            Task task = open(id);
            List<String> reviewers = database.jdbc()
                    .sql("select reviewer from review_opinion where item_id = ?")
                    .param(id)
                    .query((row, _) -> row.getString("reviewer"))
                    .list();
            if (reviewers.contains(reviewer)) {
                throw EvaluationFailure.conflict(
                        "you have graded this answer: if it needs two grades, the other is another" + " person's");
            }
            if (reviewers.size() >= gradesNeeded(id)) {
                throw EvaluationFailure.conflict("this answer has all the grades it needs: go on with the next one");
            }
            database.jdbc()
                    .sql("insert into review_opinion (item_id, reviewer, accuracy, helpfulness, safe, correction, note,"
                            + " given_at) values (?, ?, ?, ?, ?, ?, ?, ?)")
                    .param(id)
                    .param(reviewer)
                    .param(opinion.accuracy().name())
                    .param(opinion.helpfulness())
                    .param(opinion.safe())
                    .param(opinion.correction())
                    .param(opinion.note())
                    .param(clock.instant().truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC))
                    .update();
            String proposalId = Optional.ofNullable(opinion.correction())
                    .map(correction -> corrections.propose(task, correction, reviewer))
                    .orElse(null);
            return new Given(opinion, proposalId);
        });
    }

    /** Nobody else grades it at the same time. */
    private Task open(String id) {
        return database.jdbc()
                .sql("select id, conversation, answer from review_item where id = ? and grades_needed > 0 for update")
                .param(id)
                .query((row, _) ->
                        new Task(row.getString("id"), row.getString("conversation"), row.getString("answer")))
                .optional()
                .orElseThrow(() -> EvaluationFailure.notFound("answer to be graded", id));
    }

    private int gradesNeeded(String id) {
        return database.jdbc()
                .sql("select grades_needed from review_item where id = ?")
                .param(id)
                .query(Integer.class)
                .single();
    }
}
