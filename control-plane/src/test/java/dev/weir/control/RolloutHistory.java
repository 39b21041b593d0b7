package dev.weir.control;

import static dev.weir.control.InterfaceHistory.NEW;
import static dev.weir.control.InterfaceHistory.OLD;
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
import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.storage.Database;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Rollouts as they stand after days: planned over HTTP, and what days of traffic do to them written behind it. */
final class RolloutHistory {
    static final String RUNNING = "notes-11";

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
    }

    private void made(String path, String body) throws Exception {
        HttpResponse<String> answer = plane.post(path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
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
                LOG10_NEEDED,
                0);
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
        new SliceStore(database).add("history", slices, samples);
    }
}
