package dev.weir.control;

import static dev.weir.control.InterfaceHistory.NEW;
import static dev.weir.control.InterfaceHistory.OLD;
import static dev.weir.control.InterfaceHistory.SMALL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.trial.Goal;
import dev.weir.control.rollout.trial.TrialReport;
import dev.weir.control.rollout.trial.TrialReport.ArmReport;
import dev.weir.control.rollout.trial.TrialReport.Estimate;
import dev.weir.control.rollout.trial.TrialReport.GoalReport;
import dev.weir.control.storage.Database;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Experiments as they stand after days: planned over HTTP, and what days of traffic do to them written behind it. */
final class ExperimentHistory {
    static final String EXPERIMENT = "tone-1";
    static final String BANDIT = "cheap-1";

    private static final JsonMapper JSON = JsonMapper.shared();

    private final RunningControlPlane plane;
    private final Database database;
    private final Instant now;

    ExperimentHistory(RunningControlPlane plane, Instant now) {
        this.plane = plane;
        this.database = plane.part(Database.class);
        this.now = now;
    }

    void write() throws Exception {
        planned("""
                {"id": "%s", "alias": "tone", "primary": "TASK_COMPLETION", "horizonDays": 14, "usersPerArmMin": 1000, "reason": "do warmer answers help?",
                 "arms": [{"name": "control", "model": "%s"}, {"name": "warm", "model": "%s"}, {"name": "short", "model": "%s"}]}""".formatted(EXPERIMENT, OLD, NEW, SMALL));
        planned("""
                {"id": "%s", "alias": "cheap", "primary": "THUMBS", "horizonDays": 14, "usersPerArmMin": 1000, "reason": "is the small one enough?", "bandit": {},
                 "arms": [{"name": "control", "model": "%s"}, {"name": "small", "model": "%s"}]}""".formatted(BANDIT, OLD, SMALL));
        stands(
                EXPERIMENT,
                "Running: warm is ahead, and nothing is decided before 14 days are over.",
                new TrialReport(
                        now,
                        9,
                        List.of(
                                arm("control", OLD, 1 / 3.0, 1_204, null),
                                arm("warm", NEW, 1 / 3.0, 1_187, null),
                                arm("short", SMALL, 1 / 3.0, 1_219, null)),
                        0.4,
                        3,
                        List.of(
                                new GoalReport(
                                        Goal.TASK_COMPLETION,
                                        true,
                                        true,
                                        0.81,
                                        List.of(
                                                control(0.712),
                                                compared("warm", 0.751, 0.039, 0.012, 0.066, 0.003),
                                                compared("short", 0.694, -0.018, -0.046, 0.01, 0.21))),
                                new GoalReport(
                                        Goal.ERRORS,
                                        false,
                                        false,
                                        1,
                                        List.of(
                                                control(0.0061),
                                                compared("warm", 0.0064, 0.0003, -0.0021, 0.0027, 0.8),
                                                compared("short", 0.0058, -0.0003, -0.0027, 0.0021, 0.8))),
                                new GoalReport(
                                        Goal.LATENCY,
                                        false,
                                        false,
                                        0.9,
                                        List.of(
                                                control(3.21),
                                                compared("warm", 3.38, 0.17, 0.02, 0.32, 0.04),
                                                compared("short", 1.12, -2.09, -2.21, -1.97, 0.0001))),
                                new GoalReport(
                                        Goal.COST,
                                        false,
                                        false,
                                        0.9,
                                        List.of(
                                                control(0.00041),
                                                compared("warm", 0.00043, 0.00002, 0.000004, 0.000036, 0.04),
                                                compared("short", 0.00005, -0.00036, -0.00038, -0.00034, 0.0001))))));
        stands(
                BANDIT,
                "Running: small is likely best, with 96 %.",
                new TrialReport(
                        now,
                        5,
                        List.of(arm("control", OLD, 0.22, 402, 0.04), arm("small", SMALL, 0.78, 1_388, 0.96)),
                        null,
                        3,
                        List.of(new GoalReport(
                                Goal.THUMBS,
                                true,
                                true,
                                1,
                                List.of(control(0.84), compared("small", 0.871, 0.031, -0.004, 0.066, 0.08))))));
    }

    private void planned(String experiment) throws Exception {
        HttpResponse<String> answer = plane.post("/admin/experiments", experiment);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    private static ArmReport arm(String name, String model, double share, long users, @Nullable Double best) {
        return new ArmReport(
                name,
                model,
                share,
                false,
                users,
                users * 7,
                users / 160,
                best,
                best == null ? null : (Long) (users / 3));
    }

    private static Estimate control(double mean) {
        return new Estimate(
                "control", 1_204, 8_428, mean, mean * 0.97, mean * 1.03, null, null, null, null, null, null, null);
    }

    private static Estimate compared(String arm, double mean, double difference, double lower, double upper, double p) {
        double wider = (upper - lower) * 0.3;
        return new Estimate(
                arm,
                1_187,
                8_309,
                mean,
                mean * 0.97,
                mean * 1.03,
                difference,
                lower,
                upper,
                lower - wider,
                upper + wider,
                p,
                Math.min(1, 2 * p));
    }

    private void stands(String id, String sentence, TrialReport report) {
        ObjectNode state = (ObjectNode) JSON.readTree(database.jdbc()
                .sql("select state from experiment where id = ?")
                .param(id)
                .query(String.class)
                .single());
        ((ObjectNode) state.path("outcome")).put("sentence", sentence);
        state.put("begunAt", now.minus(Duration.ofDays(report.dayCount())).toString());
        database.jdbc()
                .sql("update experiment set state = ?, report = ? where id = ?")
                .params(JSON.writeValueAsString(state), JSON.writeValueAsString(report), id)
                .update();
        database.jdbc()
                .sql("delete from experiment_active where experiment_id = ?")
                .param(id)
                .update();
        database.jdbc()
                .sql(
                        "insert into experiment_event (experiment_id, number, at, actor, sentence) values (?, 100, ?, 'controller', ?)")
                .params(
                        id,
                        now.minus(Duration.ofDays(1)).atOffset(ZoneOffset.UTC),
                        "Day 8: the sample ratio fits, and no arm did harm.")
                .update();
    }
}
