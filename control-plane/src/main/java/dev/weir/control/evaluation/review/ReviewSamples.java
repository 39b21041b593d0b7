package dev.weir.control.evaluation.review;

import dev.weir.control.storage.Database;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Samples in the database, while they are drawn. Blocking. */
final class ReviewSamples {
    private final Database database;

    ReviewSamples(Database database) {
        this.database = database;
    }

    /** A sample: of one model, in one week. */
    record Key(LocalDate week, String model) {}

    /** What a judge said of answers that may be drawn. */
    record Judged(Key sample, String judgeVersion, boolean passed) {}

    /** Adds to how often it did. */
    void add(Map<Judged, Long> counts) {
        List<@Nullable Object[]> keys = new ArrayList<>();
        List<@Nullable Object[]> more = new ArrayList<>();
        // In one order, so that replicas do not wait for each other in a ring.
        counts.keySet().stream().sorted(Comparator.comparing(Judged::toString)).forEach(judged -> {
            Key sample = judged.sample();
            keys.add(new @Nullable Object[] {sample.week(), sample.model(), judged.judgeVersion(), judged.passed()});
            more.add(new @Nullable Object[] {
                counts.get(judged), sample.week(), sample.model(), judged.judgeVersion(), judged.passed()
            });
        });
        database.<Integer>inTransaction(() -> {
            database.batch(
                    "insert into review_judged (week, model, judge_version, passed, seen_count) values (?, ?, ?, ?, 0)"
                            + " on conflict do nothing",
                    keys);
            database.batch(
                    "update review_judged set seen_count = seen_count + ? where week = ? and model = ?"
                            + " and judge_version = ? and passed = ?",
                    more);
            return keys.size();
        });
    }

    /** Puts an answer among those of the lowest ranks, if it still is one, and takes out whatever it displaces. */
    void add(ReviewItem item, int uniformCount, int uncertainCount) {
        Key key = new Key(item.week(), item.subject().model());
        database.<Integer>inTransaction(() -> {
            insert(item);
            displace(key, Draw.UNIFORM, uniformCount);
            displace(key, Draw.UNCERTAIN, uncertainCount);
            return database.jdbc()
                    .sql("delete from review_item where week = ? and model = ? and grades_needed = 0"
                            + " and uniform_rank is null and uncertain_rank is null")
                    .params(key.week(), key.model())
                    .update();
        });
    }

    private void insert(ReviewItem item) {
        ReviewItem.Judged judged = item.judged();
        database.jdbc()
                .sql(
                        "insert into review_item (id, week, model, tenant, call_id, at, conversation, answer, uniform_rank,"
                                + " uncertain_rank, judge_version, judge_passes, hallucinated, grades_needed)"
                                + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) on conflict do nothing")
                .param(item.id())
                .param(item.week())
                .param(item.subject().model())
                .param(item.subject().tenant())
                .param(item.subject().callId())
                .param(item.subject().at().atOffset(ZoneOffset.UTC))
                .param(item.conversation())
                .param(item.answer())
                .param(item.uniformRank())
                .param(item.uncertainRank())
                .param(judged == null ? null : judged.judgeVersion())
                .param(judged == null ? null : (Boolean) judged.passes())
                .param(judged == null ? null : (Boolean) judged.hallucinated())
                .update();
    }

    private void displace(Key key, Draw draw, int count) {
        OptionalDouble bound = bound(key, draw, count);
        if (bound.isPresent()) {
            database.jdbc()
                    .sql(
                            "update review_item set %1$s = null where week = ? and model = ? and grades_needed = 0 and %1$s > ?"
                                    .formatted(draw.column()))
                    .params(key.week(), key.model(), bound.getAsDouble())
                    .update();
        }
    }

    /** The rank that another answer has to be below to get in; nothing while there is room. */
    OptionalDouble bound(Key key, Draw draw, int count) {
        if (count == 0) {
            return OptionalDouble.of(Double.NEGATIVE_INFINITY);
        }
        return database.jdbc()
                .sql("select %1$s from review_item where week = ? and model = ? and %1$s is not null order by %1$s"
                                .formatted(draw.column())
                        + " offset ? rows fetch first 1 rows only")
                .params(key.week(), key.model(), count - 1)
                .query(Double.class)
                .optional()
                .map(OptionalDouble::of)
                .orElse(OptionalDouble.empty());
    }

    /** The samples before this week that are still open. */
    List<Key> openBefore(LocalDate week) {
        return database.jdbc()
                .sql("select distinct week, model from review_item where grades_needed = 0 and week < ?")
                .param(week)
                .query((row, _) -> new Key(row.getObject("week", LocalDate.class), row.getString("model")))
                .list();
    }

    /** The sample is drawn: each answer needs a grade, those of the lowest uniform ranks, which is to say any, need two. */
    void close(Key key, int twoKeyCount) {
        database.<Integer>inTransaction(() -> {
            List<String> ids = database.jdbc()
                    .sql("select id from review_item where week = ? and model = ? and grades_needed = 0"
                            + " order by uniform_rank, id for update")
                    .params(key.week(), key.model())
                    .query((row, _) -> row.getString("id"))
                    .list();
            for (int i = 0; i < ids.size(); i++) {
                database.jdbc()
                        .sql("update review_item set grades_needed = ? where id = ? and grades_needed = 0")
                        .params(i < twoKeyCount ? 2 : 1, ids.get(i))
                        .update();
            }
            return ids.size();
        });
    }

    /** Forgets what was said by or to anybody but these tenants, and by anybody before this week. */
    void forget(Collection<String> tenantsKept, LocalDate before) {
        String theirs = "(week < ? or tenant not in (" + "?,".repeat(tenantsKept.size()) + "''))";
        List<Object> params = new ArrayList<>(List.of(before));
        params.addAll(tenantsKept);
        database.<Integer>inTransaction(() -> database.jdbc()
                        .sql("delete from review_item where " + theirs
                                + " and not exists (select 1 from review_opinion o where o.item_id = review_item.id)")
                        .params(params)
                        .update()
                + database.jdbc()
                        .sql("update review_item set conversation = '', answer = '' where answer <> '' and " + theirs)
                        .params(params)
                        .update()
                + forgetBadAnswers(tenantsKept, before));
    }

    private int forgetBadAnswers(Collection<String> tenantsKept, LocalDate before) {
        List<Object> params = new ArrayList<>(List.of(before.atStartOfDay().atOffset(ZoneOffset.UTC)));
        params.addAll(tenantsKept);
        return database.jdbc()
                .sql("delete from bad_answer where at < ? or tenant not in (" + "?,".repeat(tenantsKept.size()) + "'')")
                .params(params)
                .update();
    }
}
