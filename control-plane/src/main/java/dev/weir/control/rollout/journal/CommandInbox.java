package dev.weir.control.rollout.journal;

import dev.weir.control.rollout.Command;
import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** What people want of rollouts, from whichever replica they told it to the one that leads. Blocking. */
public final class CommandInbox {
    private static final int WAITING_MAX = 100;
    private static final int ANSWER_CHARS_MAX = 4_000;

    private final Database database;

    public CommandInbox(Database database) {
        this.database = database;
    }

    /** A command and the rollout it is for. */
    public record Waiting(String rolloutId, Command command) {}

    /** What became of a command. */
    public record Answer(boolean obeyed, String sentence) {}

    /** Puts a command in; the same one again changes nothing. */
    public void put(String rolloutId, Command command, Instant at) {
        database.jdbc()
                .sql("insert into rollout_command (id, rollout_id, asked_at, command) values (?, ?, ?, ?)"
                        + " on conflict do nothing")
                .params(command.id(), rolloutId, at.atOffset(ZoneOffset.UTC), EventJson.write(command))
                .update();
    }

    /** The command of this id, whether it has an answer or not. */
    public Optional<Waiting> find(String commandId) {
        return database.jdbc()
                .sql("select rollout_id, command from rollout_command where id = ?")
                .param(commandId)
                .query((row, _) -> waiting(row))
                .optional();
    }

    /** The oldest that have no answer yet. */
    public List<Waiting> waiting() {
        return database.jdbc()
                .sql("select rollout_id, command from rollout_command where obeyed is null order by asked_at limit "
                        + WAITING_MAX)
                .query((row, _) -> waiting(row))
                .list();
    }

    private static Waiting waiting(ResultSet row) throws SQLException {
        return new Waiting(row.getString("rollout_id"), EventJson.read(row.getString("command"), Command.class));
    }

    public void answer(String commandId, Answer answer) {
        String sentence = answer.sentence();
        database.jdbc()
                .sql("update rollout_command set obeyed = ?, answer = ? where id = ?")
                .params(
                        answer.obeyed(),
                        sentence.substring(0, Math.min(sentence.length(), ANSWER_CHARS_MAX)),
                        commandId)
                .update();
    }

    /** The answer, once there is one. */
    public Optional<Answer> answerTo(String commandId) {
        return database.jdbc()
                .sql("select obeyed, answer from rollout_command where id = ? and obeyed is not null")
                .param(commandId)
                .query((row, _) -> new Answer(row.getBoolean("obeyed"), row.getString("answer")))
                .optional();
    }
}
