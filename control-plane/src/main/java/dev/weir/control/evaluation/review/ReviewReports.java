package dev.weir.control.evaluation.review;

import dev.weir.control.evaluation.review.ReviewReport.Passed;
import dev.weir.control.evaluation.review.ReviewReport.Reviewed;
import dev.weir.control.statistics.Proportion;
import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What people found out, over the last weeks together: one week's sample is too small to tell much. Blocking. */
public final class ReviewReports {
    private static final int WEEKS = 4;
    /** How far back it looks, at most. */
    public static final int WINDOW_DAYS = 7 * (WEEKS + 1);

    private final Database database;
    private final InstantSource clock;

    public ReviewReports(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Each model of whose answers any were drawn. */
    public List<ReviewReport> all() {
        LocalDate from = ReviewSampler.weekOf(clock.instant()).minusWeeks(WEEKS);
        Map<String, List<Opinion>> opinions = new LinkedHashMap<>();
        database.jdbc()
                .sql("select o.* from review_opinion o join review_item i on i.id = o.item_id where i.week >= ?"
                        + " order by o.item_id, o.given_at, o.reviewer")
                .param(from)
                .query((row, _) -> opinions.computeIfAbsent(row.getString("item_id"), _ -> new ArrayList<>())
                        .add(opinion(row)))
                .list();
        Map<String, List<Reviewed>> byModel = new LinkedHashMap<>();
        database.jdbc()
                .sql(
                        "select id, model, uniform_rank, judge_version, judge_passes, hallucinated, grades_needed from review_item"
                                + " where week >= ? and grades_needed > 0 order by model, id")
                .param(from)
                .query((row, _) -> byModel.computeIfAbsent(row.getString("model"), _ -> new ArrayList<>())
                        .add(reviewed(row, opinions.getOrDefault(row.getString("id"), List.of()))))
                .list();
        Map<String, Map<String, Passed>> passed = passed(from);
        return byModel.entrySet().stream()
                .map(model -> ReviewReport.of(
                        model.getKey(), model.getValue(), passed.getOrDefault(model.getKey(), Map.of())))
                .toList();
    }

    /** By model and judge. */
    private Map<String, Map<String, Passed>> passed(LocalDate from) {
        Map<String, Map<String, Passed>> passed = new HashMap<>();
        database.jdbc()
                .sql("select model, judge_version, sum(case when passed then seen_count else 0 end) as good,"
                        + " sum(seen_count) as judged from review_judged where week >= ? group by model, judge_version")
                .param(from)
                .query(row -> {
                    passed.computeIfAbsent(row.getString("model"), _ -> new HashMap<>())
                            .put(
                                    row.getString("judge_version"),
                                    new Passed(row.getLong("good"), row.getLong("judged")));
                });
        return passed;
    }

    /** Of the answers of all models that were drawn whatever they say, those that people call right. */
    public Optional<Proportion> correct() {
        return all().stream()
                .map(ReviewReport::correct)
                .filter(Objects::nonNull)
                .reduce((one, other) -> new Proportion(one.badCount() + other.badCount(), one.count() + other.count()));
    }

    private static Reviewed reviewed(ResultSet row, List<Opinion> opinions) throws SQLException {
        String judgeVersion = row.getString("judge_version");
        return new Reviewed(
                row.getObject("uniform_rank") != null,
                row.getInt("grades_needed"),
                judgeVersion == null
                        ? null
                        : new ReviewItem.Judged(
                                judgeVersion, row.getBoolean("judge_passes"), row.getBoolean("hallucinated")),
                opinions);
    }

    private static Opinion opinion(ResultSet row) throws SQLException {
        return new Opinion(
                Opinion.Accuracy.valueOf(row.getString("accuracy")),
                row.getInt("helpfulness"),
                row.getBoolean("safe"),
                row.getString("correction"),
                row.getString("note"));
    }
}
