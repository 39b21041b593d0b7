package dev.weir.control;

import static dev.weir.control.InterfaceHistory.NEW;
import static dev.weir.control.InterfaceHistory.OLD;
import static dev.weir.control.InterfaceHistory.SMALL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.Decision;
import dev.weir.control.rollout.Decision.Kind;
import dev.weir.control.rollout.Decision.Reading;
import dev.weir.control.rollout.Guard.Role;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.Phase;
import dev.weir.control.rollout.RolloutReport;
import dev.weir.control.rollout.RolloutReport.AssignmentReport;
import dev.weir.control.rollout.RolloutReport.JudgeCoverage;
import dev.weir.control.rollout.RolloutReport.MetricReport;
import dev.weir.control.rollout.RolloutReport.Status;
import dev.weir.control.rollout.journal.SliceStore;
import dev.weir.control.rollout.journal.SliceStore.Sample;
import dev.weir.control.rollout.journal.SliceStore.Sliced;
import dev.weir.control.rollout.postmortem.Slice;
import dev.weir.control.rollout.trial.Goal;
import dev.weir.control.rollout.trial.TrialReport;
import dev.weir.control.rollout.trial.TrialReport.ArmReport;
import dev.weir.control.rollout.trial.TrialReport.Estimate;
import dev.weir.control.rollout.trial.TrialReport.GoalReport;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.storage.Database;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Rollouts and experiments as they stand after days: planned over HTTP, and what days of traffic do to them written behind it. */
final class RolloutHistory {
    static final String RUNNING = "notes-11";
    static final String EXPERIMENT = "tone-1";
    static final String BANDIT = "cheap-1";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final double LOG10_NEEDED = 2.6;

    private final RunningControlPlane plane;
    private final Database database;
    private final Instant now;

    RolloutHistory(RunningControlPlane plane, Instant now) {
        this.plane = plane;
        this.database = plane.part(Database.class);
        this.now = now;
    }

    void write() throws Exception {
        rollout(RUNNING, "notes", NEW);
        stands(
                RUNNING,
                Phase.RUNNING,
                2,
                0.25,
                "At 25 %: 212 of 360 min are over; 118 more answers are needed for hallucinations.");
        decided(
                RUNNING,
                decision(1, 16, Kind.STARTED, 0, "user:anna", "Started: the autumn's corrections are in it."),
                decision(
                        2,
                        15,
                        Kind.PROMOTED,
                        1,
                        Decision.CONTROLLER,
                        "Promoted to 5 %: no guard saw harm in 512 pairs."),
                decision(
                        3,
                        9,
                        Kind.HELD,
                        1,
                        Decision.CONTROLLER,
                        "Held: the judge has scored 91 % of the new version's answers, and 95 % are wanted."),
                decision(4, 8, Kind.RELEASED, 1, Decision.CONTROLLER, "Goes on: the judge has caught up."),
                decision(
                        5,
                        4,
                        Kind.PROMOTED,
                        2,
                        Decision.CONTROLLER,
                        "Promoted to 25 %: errors, times and quality are not worse than their limits."));
        for (int candidate = 1; candidate <= 3; candidate++) {
            String id = "notes-rc" + candidate;
            rollout(id, "notes", "clinic-notes-8b-2026-11-rc" + candidate);
            stands(id, Phase.ROLLED_BACK, 2, 0, "notes means " + OLD + " again.");
            decided(
                    id,
                    decision(1, 100, Kind.STARTED, 0, "user:anna", "Started: a first try."),
                    decision(
                            2,
                            90,
                            Kind.ROLLED_BACK,
                            2,
                            Decision.CONTROLLER,
                            "Rolled back from 25 %: errors rose by 4.1 points, of which 2.0 were allowed."));
            slices(id, candidate);
        }
        rollout("notes-10", "notes", OLD + "-r2");
        stands("notes-10", Phase.COMPLETED, 4, 1, "notes means " + OLD + "-r2.");
        experiments();
    }

    private HttpResponse<String> made(String path, String body) throws Exception {
        HttpResponse<String> answer = plane.post(path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return answer;
    }

    /** Planned, and out of the hands of the leader, who would look at traffic that there never was. */
    private void rollout(String id, String alias, String candidate) throws Exception {
        made("/admin/rollouts", """
                {"id": "%s", "alias": "%s", "baseline": "%s", "candidate": "%s", "template": "STANDARD", "overrideGate": true,
                 "reason": "corrections of the autumn"}""".formatted(id, alias, OLD, candidate));
        database.jdbc()
                .sql("delete from rollout_active where rollout_id = ?")
                .param(id)
                .update();
    }

    private void stands(String id, Phase phase, int stageIndex, double share, String sentence) {
        RolloutReport report = new RolloutReport(
                now,
                phase,
                stageIndex,
                share,
                share == 0 ? null : (Double) 0.2477,
                12_720,
                21_600,
                13_950,
                phase == Phase.RUNNING ? (Double) 8_900.0 : null,
                3,
                List.of(),
                guards(),
                new AssignmentReport(4_120, 12_513, 0.12, 3),
                new JudgeCoverage(true, 0.971, 0.968),
                true,
                true,
                false,
                sentence);
        database.jdbc()
                .sql("update rollout_report set report = ? where rollout_id = ?")
                .params(JSON.writeValueAsString(report), id)
                .update();
        database.jdbc()
                .sql("update rollout set phase = ? where id = ?")
                .params(phase.name(), id)
                .update();
    }

    private static List<MetricReport> guards() {
        return List.of(
                guard(Metric.ERROR, Status.PASS, 21, 60, 0.0003, -0.0021, 0.0041, 0.02, "points", 0.21),
                guard(
                        Metric.TIME_TO_FIRST_TOKEN,
                        Status.PASS,
                        96,
                        0,
                        0.0233,
                        0.019,
                        0.0284,
                        0.05,
                        "% over the bound",
                        0.9),
                guard(
                        Metric.TIME_PER_TOKEN,
                        Status.WATCH,
                        172,
                        0,
                        0.0417,
                        0.0361,
                        0.0523,
                        0.05,
                        "% over the bound",
                        1.74),
                guard(Metric.END_TO_END, Status.PASS, 88, 0, 0.0214, 0.0174, 0.0262, 0.05, "% over the bound", 0.62),
                guard(Metric.HALLUCINATION, Status.HOLD, 19, 44, 0.0009, -0.0093, 0.0131, 0.03, "points", 0.33),
                guard(
                        Metric.LOW_QUALITY,
                        Status.WATCH,
                        61,
                        148,
                        0.021,
                        -0.012,
                        0.0544,
                        0.05,
                        "% of quality lost",
                        1.2));
    }

    private static MetricReport guard(
            Metric metric,
            Status status,
            long bad,
            long badBefore,
            double estimate,
            double lower,
            double upper,
            double limit,
            String unit,
            double log10E) {
        long count = metric.isJudged() ? 782 : 4_120;
        return new MetricReport(
                metric,
                Role.GUARDRAIL,
                status,
                count,
                bad,
                3 * count,
                badBefore,
                metric.isJudged() ? 900 : 500,
                estimate,
                lower,
                upper,
                estimate,
                limit,
                unit,
                log10E,
                LOG10_NEEDED);
    }

    private Decision decision(long number, long hoursAgo, Kind kind, int stageIndex, String actor, String sentence) {
        Reading reading = new Reading(
                Metric.ERROR,
                new ArmCounts(612, 3, 11_630, 52),
                new ArmCounts(40, 0, 760, 4),
                0.0004,
                0.02,
                0.3,
                LOG10_NEEDED);
        return new Decision(
                number, now.minus(Duration.ofHours(hoursAgo)), kind, stageIndex, actor, sentence, List.of(reading));
    }

    private void decided(String id, Decision... decisions) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (Decision decision : decisions) {
            rows.add(new @Nullable Object[] {id, decision.number(), JSON.writeValueAsString(decision)});
        }
        database.batch("insert into rollout_decision (rollout_id, number, decision) values (?, ?, ?)", rows);
    }

    private void slices(String id, int candidate) {
        List<Sliced> slices = new ArrayList<>();
        List<String[]> parts = List.of(
                new String[] {"tenant", "umbrella-hospitals"},
                new String[] {"tenant", "acme"},
                new String[] {"query type", "summary"},
                new String[] {"query type", "extraction"},
                new String[] {"query type and tenant", "summary, umbrella-hospitals"},
                new String[] {"language", "de"},
                new String[] {"length", "long"});
        for (int i = 0; i < parts.size(); i++) {
            boolean bad = (i + candidate) % 3 != 0;
            for (Metric metric : List.of(Metric.ERROR, Metric.END_TO_END)) {
                slices.add(new Sliced(
                        id,
                        1,
                        metric,
                        new Slice(parts.get(i)[0], parts.get(i)[1]),
                        new ArmCounts(800, bad ? 70 + 9L * i : 12, 2_400, 31)));
            }
        }
        List<Sample> samples = IntStream.range(0, 14)
                .mapToObj(i -> new Sample(
                        id,
                        "call-of-today-" + i,
                        "req-call-of-today-" + i,
                        i % 3 != 0,
                        i % 2 == 0 ? Metric.ERROR : Metric.END_TO_END,
                        "umbrella-hospitals",
                        "summary"))
                .toList();
        new SliceStore(database).add(slices, samples);
    }

    private void experiments() throws Exception {
        made("/admin/experiments", """
                {"id": "%s", "alias": "tone", "primary": "TASK_COMPLETION", "horizonDays": 14, "usersPerArmMin": 1000, "reason": "do warmer answers help?",
                 "arms": [{"name": "control", "model": "%s"}, {"name": "warm", "model": "%s"}, {"name": "short", "model": "%s"}]}""".formatted(EXPERIMENT, OLD, NEW, SMALL));
        made("/admin/experiments", """
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
