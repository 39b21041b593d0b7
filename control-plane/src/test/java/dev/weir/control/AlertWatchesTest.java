package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.ServiceAlerts.JudgeTrust;
import dev.weir.control.ServiceAlerts.Spent;
import dev.weir.control.alerting.Alert;
import dev.weir.control.alerting.AlertBook;
import dev.weir.control.alerting.AlertChannel;
import dev.weir.control.alerting.AlertRounds;
import dev.weir.control.alerting.Herald;
import dev.weir.control.alerting.RequestCounts;
import dev.weir.control.alerting.Watch;
import dev.weir.control.drift.Comparison;
import dev.weir.control.drift.DriftFinding;
import dev.weir.control.drift.DriftFinding.Scope;
import dev.weir.control.drift.RateWatch;
import dev.weir.control.drift.Signal;
import dev.weir.control.evaluation.QualityEvent.JudgeState;
import dev.weir.control.fleet.Engine;
import dev.weir.control.fleet.EngineState;
import dev.weir.control.fleet.EngineView;
import dev.weir.control.quota.Limit;
import dev.weir.control.rollout.Phase;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReport;
import dev.weir.control.rollout.RolloutReport.AssignmentReport;
import dev.weir.control.rollout.RolloutReport.JudgeCoverage;
import dev.weir.control.rollout.Stage;
import dev.weir.control.rollout.journal.RolloutRecord;
import dev.weir.control.statistics.Proportion;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

/** What is wrong is told within five minutes of its onset, once, and that it is over; in virtual time. */
class AlertWatchesTest {
    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final Duration ROUND = Duration.ofSeconds(15);
    private static final int ROUNDS_IN_FIVE_MINUTES = 20;

    private Instant now = START;
    private final List<Alert> told = new ArrayList<>();
    private final AtomicLong requestCount = new AtomicLong();

    private AlertRounds rounds(Watch watch) {
        AlertBook book = new AlertBook(() -> Duration.ofHours(1), () -> now);
        Herald herald = new Herald(book);
        herald.channels(List.of(new AlertChannel() {
            @Override
            public String name() {
                return "pager";
            }

            @Override
            public void tell(List<Alert> alerts) {
                told.addAll(alerts);
            }
        }));
        return new AlertRounds(
                () -> new RequestCounts(requestCount.addAndGet(10), 0),
                () -> 0.999,
                List.of(watch),
                book,
                herald,
                () -> now,
                Schedulers.immediate());
    }

    /** Five minutes of rounds. */
    private void pass(AlertRounds rounds) {
        for (int i = 0; i < ROUNDS_IN_FIVE_MINUTES; i++) {
            now = now.plus(ROUND);
            rounds.round();
        }
    }

    private void assertToldOnce(String name) {
        assertThat(told).singleElement().satisfies(alert -> {
            assertThat(alert.name()).isEqualTo(name);
            assertThat(alert.endedAt()).isNull();
            assertThat(alert.summary()).isNotBlank();
        });
    }

    private void assertOver() {
        assertThat(told).hasSize(2);
        assertThat(told.getLast().endedAt()).isNotNull();
        told.clear();
    }

    private final List<RolloutRecord> rollouts = new ArrayList<>();

    private void rollout(Phase phase, String... holds) {
        rollout(phase, false, holds);
    }

    private void rollout(Phase phase, boolean rollbackWaits, String... holds) {
        RolloutPlan plan = new RolloutPlan(
                "r1",
                "notes",
                "v1",
                "v2",
                List.of(Stage.shadow(Duration.ofHours(1), 1000), Stage.warm(Duration.ofHours(48))),
                RolloutPlan.standard("r1", "notes", "v1", "v2").guards(),
                RolloutPlan.standard("r1", "notes", "v1", "v2").limits());
        RolloutReport report = new RolloutReport(
                now,
                phase,
                0,
                0,
                null,
                0,
                3600,
                0,
                null,
                0,
                List.of(holds),
                List.of(),
                new AssignmentReport(0, 0, 0, 3),
                new JudgeCoverage(true, 1, 1),
                true,
                true,
                rollbackWaits,
                "It is where it is.");
        rollouts.clear();
        rollouts.add(new RolloutRecord(plan, START, "user:ann", "to see", report));
    }

    @Test
    void aRolloutThatGoesBackOrStandsStillOrCannotBeDecidedIsTold() {
        AlertRounds rounds = rounds(new RolloutAlerts(() -> rollouts, () -> 0));
        rollout(Phase.RUNNING);
        pass(rounds);
        assertThat(told).isEmpty();
        rollout(Phase.RUNNING, "The judge is away.");
        pass(rounds);
        assertToldOnce("RolloutHeld");
        assertThat(told.getFirst().summary()).isEqualTo("The judge is away.");
        rollout(Phase.RUNNING);
        pass(rounds);
        assertOver();
        rollout(Phase.INCONCLUSIVE);
        pass(rounds);
        assertToldOnce("RolloutInconclusive");
        rollout(Phase.ROLLED_BACK);
        told.clear();
        pass(rounds);
        assertThat(told).extracting(Alert::name).containsExactlyInAnyOrder("RolloutInconclusive", "RolloutRolledBack");
    }

    @Test
    void aRollbackThatWaitsForItsTargetPagesInWhicheverPhase() {
        AlertRounds rounds = rounds(new RolloutAlerts(() -> rollouts, () -> 0));
        rollout(Phase.PAUSED, true);
        pass(rounds);
        assertToldOnce("RollbackWaits");
        assertThat(told.getFirst().severity()).isEqualTo(Alert.Severity.PAGE);
        assertThat(told.getFirst().summary()).isEqualTo("a rollback of notes waits until v1 is proven healthy");
        rollout(Phase.PAUSED);
        pass(rounds);
        assertOver();
    }

    @Test
    void aShadowThatIsAskedNothingThoughThereAreRequestsIsTold() {
        rollout(Phase.RUNNING);
        AlertRounds quiet = rounds(new RolloutAlerts(() -> rollouts, () -> 0));
        pass(quiet);
        assertThat(told).isEmpty();
        AlertRounds busy = rounds(new RolloutAlerts(() -> rollouts, requestCount::get));
        pass(busy);
        assertToldOnce("ShadowStopped");
    }

    @Test
    void anEngineThatIsAwayForAMinuteIsTold() {
        Engine engine = Engine.at(URI.create("http://127.0.0.1:9"));
        List<EngineView> engines = new ArrayList<>();
        AlertRounds rounds = rounds(at -> ServiceAlerts.engines(engines, at));
        engines.add(new EngineView(engine, new EngineState.Unready("it does not answer", List.of()), now, false));
        pass(rounds);
        assertToldOnce("EngineDead");
        engines.clear();
        pass(rounds);
        assertOver();
        engines.add(new EngineView(engine, new EngineState.Unready("it is taken out", List.of()), now, true));
        pass(rounds);
        assertThat(told).isEmpty();
    }

    @Test
    void aBudgetThatIsSpentIsTold() {
        Limit budget = new Limit(
                "l1",
                new Limit.Subject(Limit.Subject.Kind.TENANT, "acme"),
                null,
                Limit.Metric.COST,
                Limit.Period.DAY,
                1000);
        AtomicLong amount = new AtomicLong(900);
        AlertRounds rounds = rounds(at -> ServiceAlerts.budgets(List.of(new Spent(budget, amount.get())), at));
        pass(rounds);
        assertThat(told).isEmpty();
        amount.set(980);
        pass(rounds);
        assertToldOnce("BudgetSpent");
        amount.set(0);
        pass(rounds);
        assertOver();
    }

    @Test
    void aJudgeThatDoesNotRecogniseWhatIsKnownIsTold() {
        JudgeTrust trust = new JudgeTrust();
        AlertRounds rounds = rounds(trust::wrong);
        trust.accept(new JudgeState(false, "it does not recognise cases whose label is known"));
        pass(rounds);
        assertToldOnce("JudgeQuarantined");
        trust.accept(new JudgeState(true, "it does again"));
        pass(rounds);
        assertOver();
    }

    @Test
    void aRateThatMovesIsTold() {
        List<RateWatch.Rate> rates = new ArrayList<>();
        AlertRounds rounds = rounds(at -> ServiceAlerts.drift(List.of(), rates, at));
        rates.add(new RateWatch.Rate(
                new Scope("m", Scope.ALL, Scope.ALL),
                Signal.REFUSAL,
                "",
                RateWatch.Verdict.MOVED,
                4,
                new Proportion(40, 2000),
                new Proportion(24, 300)));
        pass(rounds);
        assertToldOnce("RateMoved");
        assertThat(told.getFirst().summary())
                .isEqualTo("refusal of m is 8.0 % this week and was 2.0 % before (all tenants)");
        rates.clear();
        pass(rounds);
        assertOver();
    }

    @Test
    void whatHasMovedIsToldInWordsOverAllTenantsAndOfOne() {
        List<DriftFinding> findings = List.of(
                moved(new Scope("m", Scope.ALL, Scope.ALL), Signal.LENGTH),
                moved(new Scope("m", "acme", "complex"), Signal.REFUSAL));
        assertThat(ServiceAlerts.drift(findings, List.of(), now))
                .extracting(Alert::summary)
                .containsExactly(
                        "length of m has moved from the four weeks before (index 0.30, all tenants, all questions):"
                                + " the same questions are answered otherwise",
                        "refusal of m has moved from the four weeks before (index 0.30, tenant acme, complex questions):"
                                + " the same questions are answered otherwise");
    }

    private static DriftFinding moved(Scope scope, Signal signal) {
        return new DriftFinding(
                scope,
                signal,
                "",
                DriftFinding.Window.WEEK,
                DriftFinding.Verdict.MOVED,
                DriftFinding.Cause.ANSWERS,
                new Comparison.Moved(0.3, 0.02, 0.1, 0.01, 2000, 2000),
                null,
                List.of());
    }

    @Test
    void aWatchThatCannotLookLeavesWhatItSaid() {
        JudgeTrust trust = new JudgeTrust();
        AtomicLong failures = new AtomicLong();
        AlertRounds rounds = rounds(at -> {
            if (failures.get() > 0) {
                throw new IllegalStateException("the database is away");
            }
            return trust.wrong(at);
        });
        trust.accept(new JudgeState(false, "it is wrong"));
        pass(rounds);
        failures.set(1);
        pass(rounds);
        assertToldOnce("JudgeQuarantined");
    }
}
