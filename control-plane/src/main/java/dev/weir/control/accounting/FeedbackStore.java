package dev.weir.control.accounting;

import dev.weir.control.storage.Database;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was thought of answers, once for each call and whoever thinks it; what is said later counts. Blocking. */
public final class FeedbackStore {
    private final Database database;

    public FeedbackStore(Database database) {
        this.database = database;
    }

    /** The tenant's latest call of this request id. It is known once the ledger has written it, a moment after the answer's end. */
    public Optional<String> callOf(String tenant, String requestId) {
        return database.jdbc()
                .sql("select id from ledger where request_id = ? and tenant = ? order by at desc, id desc limit 1")
                .params(requestId, tenant)
                .query(String.class)
                .optional();
    }

    /** Thumbs that were given: those up, and all. */
    public record Thumbs(long upCount, long count) {}

    /** What was said from then on. */
    public Thumbs thumbsSince(Instant from) {
        return database.jdbc()
                .sql("select count(*) as given, coalesce(sum(case when thumbs_up then 1 else 0 end), 0) as up"
                        + " from feedback where at >= ? and thumbs_up is not null")
                .param(from.atOffset(ZoneOffset.UTC))
                .query((row, _) -> new Thumbs(row.getLong("up"), row.getLong("given")))
                .single();
    }

    /** Keeps what is said; what is not said stays as it was. */
    public void keep(String callId, String person, Feedback feedback, Instant at) {
        Map<String, Object> said = new LinkedHashMap<>();
        put(said, "thumbs_up", feedback.thumbsUp());
        put(said, "completed", feedback.completed());
        put(said, "comment_text", feedback.comment());
        put(said, "hallucinated", feedback.hallucinated());
        put(said, "low_quality", feedback.lowQuality());
        List<Object> parameters = new ArrayList<>(said.values());
        parameters.add(at.atOffset(ZoneOffset.UTC));
        parameters.add(callId);
        parameters.add(person);
        StringBuilder columns = new StringBuilder();
        said.keySet().forEach(column -> columns.append(column).append(" = ?, "));
        database.<Integer>inTransaction(() -> {
            database.jdbc()
                    .sql(
                            "insert into feedback (call_id, person, at, rewarded) values (?, ?, ?, false) on conflict do nothing")
                    .params(callId, person, at.atOffset(ZoneOffset.UTC))
                    .update();
            return database.jdbc()
                    .sql("update feedback set " + columns + "at = ? where call_id = ? and person = ?")
                    .params(parameters)
                    .update();
        });
    }

    private static void put(Map<String, Object> said, String column, @Nullable Object value) {
        if (value != null) {
            said.put(column, value);
        }
    }
}
