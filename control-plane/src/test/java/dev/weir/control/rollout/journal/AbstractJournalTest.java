package dev.weir.control.rollout.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Decision;
import dev.weir.control.rollout.Effect;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.Observation;
import dev.weir.control.rollout.Observation.JudgeReport;
import dev.weir.control.rollout.Phase;
import dev.weir.control.rollout.RandomEvents;
import dev.weir.control.rollout.RolloutEvent;
import dev.weir.control.rollout.RolloutEvent.Commanded;
import dev.weir.control.rollout.RolloutEvent.Observed;
import dev.weir.control.rollout.RolloutEvent.TimePassed;
import dev.weir.control.rollout.RolloutEvent.VersionsProbed;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReading;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.rollout.RolloutState;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.StorageConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rollouts that outlive their controllers, in whichever database. */
abstract class AbstractJournalTest {
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00.123Z");
    /** Of each kind in each rollout. */
    private static final int CRASHES = 60;

    private static final RolloutPlan PLAN = RolloutPlan.standard("r1", "notes", "notes-v1", "notes-v2");

    private Database database;
    private RolloutJournal journal;

    abstract StorageConfig storage();

    @BeforeEach
    void start() {
        database = new Database(storage());
        journal = new RolloutJournal(database);
        journal.plan(PLAN, "ada", "because", AT);
    }

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void aSecondControllerKnowsWhatTheFirstKnewAndTheFirstIsDeposed() {
        RolloutController first = takeOver();
        first.accept(new VersionsProbed(AT, true, true));
        first.accept(commanded(Verb.START));
        first.accept(commanded(Verb.PROMOTE_ONE));
        for (int i = 0; i < 30; i++) {
            first.accept(new TimePassed(AT));
            first.accept(new Observed(AT, observation(i, 1)));
        }
        RolloutController second = takeOver();
        assertThat(second.state()).isEqualTo(first.state());
        assertThatThrownBy(() -> first.accept(commanded(Verb.PROMOTE_ONE)))
                .isInstanceOf(Deposed.class)
                .hasMessage("rollout r1 has been taken over from controller 1");
        // What was refused has not happened, in memory either.
        assertThat(first.state()).isEqualTo(second.state());
        second.accept(commanded(Verb.PAUSE));
        assertThat(takeOver().state()).isEqualTo(second.state());
    }

    @Test
    void theWeightAndTheDecisionAreThereAsSoonAsTheEventIs() {
        RolloutController controller = takeOver();
        controller.accept(new VersionsProbed(AT, true, true));
        assertThat(journal.weights()).isEmpty();
        controller.accept(commanded(Verb.START));
        controller.accept(commanded(Verb.PROMOTE_ONE));
        assertThat(journal.weights())
                .containsExactly(new AliasWeight("notes", "r1", "notes-v1", "notes-v2", 0.05, 2, true));
        for (int i = 0; i < 30 && !controller.state().phase().isTerminal(); i++) {
            controller.accept(new Observed(AT, observation(i, 60)));
        }
        assertThat(journal.weights())
                .containsExactly(new AliasWeight("notes", "r1", "notes-v1", "notes-v2", 0, 3, false));
        assertThat(journal.decisions("r1"))
                .extracting(Decision::kind)
                .startsWith(Decision.Kind.STARTED, Decision.Kind.PROMOTED)
                .endsWith(Decision.Kind.ROLLED_BACK);
        assertThat(journal.decisions("r1").getLast().sentence()).startsWith("Rolled back from 5 %: errors");
    }

    @Test
    void anAliasIsInOneRolloutAtATime() {
        RolloutPlan another = RolloutPlan.standard("r2", "notes", "notes-v1", "notes-v3");
        assertThatThrownBy(() -> journal.plan(another, "ada", "because", AT))
                .hasMessage("notes is being rolled out by r1: end that first");
        takeOver().accept(commanded(Verb.ROLL_BACK));
        assertThatThrownBy(() -> journal.plan(PLAN, "ada", "because", AT))
                .hasMessageContaining("there is a rollout r1 already");
        journal.plan(another, "ada", "because", AT);
        assertThat(journal.active("notes")).contains("r2");
        assertThat(takeOver().state().phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThatThrownBy(() -> RolloutController.takeOver(journal, new RolloutReducer(), "r3"))
                .hasMessage("there is no rollout r3");
    }

    @Test
    void controllersThatFightNeverActTwice() throws Exception {
        takeOver().accept(new VersionsProbed(AT, true, true));
        AtomicInteger accepted = new AtomicInteger(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> fights = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String name = "controller" + i;
                fights.add(threads.submit(() -> {
                    for (int round = 0; round < 10; round++) {
                        RolloutController controller = takeOver();
                        try {
                            for (int n = 0; n < 5; n++) {
                                controller.accept(new Commanded(
                                        AT, new Command(name + round + n, Verb.PROMOTE_ONE, name, "it is my turn")));
                                accepted.incrementAndGet();
                            }
                        } catch (Deposed _) {
                            // Another one was faster.
                        }
                    }
                }));
            }
            for (Future<?> fight : fights) {
                fight.get();
            }
        }
        assertThat(journal.events("r1", 0)).hasSize(accepted.get());
        assertThat(journal.decisions("r1"))
                .extracting(Decision::number)
                .doesNotHaveDuplicates()
                .hasSize(accepted.get() - 1);
    }

    /** Before the commit nothing has happened, after it everything has: the next one goes on as if nobody had died. */
    @Test
    void whoeverDiesBeforeOrAfterTheCommitOfWhicheverEventChangesNothing() {
        for (long seed = 0; seed < 2; seed++) {
            RolloutPlan plan = fuzzed("fuzz-" + seed);
            journal.plan(plan, "ada", "because", AT);
            RolloutState expected = RolloutState.planned(plan);
            List<Decision> decisions = new ArrayList<>();
            for (RolloutEvent event : RandomEvents.of(seed, CRASHES)) {
                RolloutReducer.Step step = new RolloutReducer().reduce(expected, event);
                RolloutController dying = takeOver(plan.rolloutId());
                assertThatThrownBy(() -> journal.inTransaction(() -> {
                            dying.accept(event);
                            throw new Killed();
                        }))
                        .isInstanceOf(Killed.class);
                RolloutController next = takeOver(plan.rolloutId());
                assertThat(next.state()).isEqualTo(expected);
                next.accept(event); // and is never asked to carry out what follows
                expected = step.state();
                step.effects().forEach(effect -> {
                    if (effect instanceof Effect.Keep(Decision decision)) {
                        decisions.add(decision);
                    }
                });
            }
            assertThat(takeOver(plan.rolloutId()).state()).isEqualTo(expected);
            assertThat(journal.decisions(plan.rolloutId())).isEqualTo(decisions);
            long revision = expected.weightRevision();
            double share = expected.candidateShare();
            assertThat(journal.weights())
                    .filteredOn(weight -> weight.alias().equals(plan.alias()))
                    .allMatch(weight -> weight.revision() == revision && weight.candidateShare() == share);
        }
    }

    private static RolloutPlan fuzzed(String id) {
        RolloutPlan plan = RandomEvents.PLAN;
        return new RolloutPlan(
                id, "alias of " + id, plan.baseline(), plan.candidate(), plan.stages(), plan.guards(), plan.limits());
    }

    /** As by {@code kill -9}. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Test
    void aCommandIsAnsweredWithWhatItLedToOrNotAtAll() {
        CommandInbox inbox = new CommandInbox(database);
        Command early = new Command("early", Verb.PAUSE, "ada", "because");
        inbox.put("r1", early, AT);
        RolloutController dying = takeOver();
        assertThatThrownBy(() -> journal.inTransaction(() -> {
                    dying.obey(inbox, early, AT);
                    throw new Killed();
                }))
                .isInstanceOf(Killed.class);
        assertThat(inbox.answerTo("early")).isEmpty();
        assertThat(inbox.waiting()).hasSize(1);
        takeOver().obey(inbox, early, AT);
        assertThat(inbox.answerTo("early"))
                .contains(new CommandInbox.Answer(false, "Refused PAUSE: the rollout has not begun."));
        assertThat(inbox.waiting()).isEmpty();
    }

    @Test
    void whatWasReadAndDecidedIsThereFromTheBeginningPageByPage() {
        RolloutController controller = takeOver();
        controller.accept(new VersionsProbed(AT, true, true));
        controller.accept(commanded(Verb.START));
        controller.accept(commanded(Verb.PROMOTE_ONE));
        for (int i = 0; i < 120; i++) {
            controller.accept(new Observed(AT, observation(i, 1)));
        }
        List<RolloutReading> readings = journal.readingsAfter("r1", -1, 1_000);
        // At both commands, and after every four minutes of the ten.
        assertThat(readings).hasSize(4);
        assertThat(readings).extracting(RolloutReading::number).isSorted().doesNotHaveDuplicates();
        assertThat(readings.getFirst().metrics().getFirst().estimate()).isNull();
        assertThat(readings.getLast().stageIndex()).isEqualTo(1);
        assertThat(readings.getLast().metrics().getFirst().estimate()).isZero();
        assertThat(journal.readingsAfter("r1", readings.get(1).number(), 2)).isEqualTo(readings.subList(2, 4));
        List<Decision> all = journal.decisions("r1");
        assertThat(journal.decisionsBefore("r1", Long.MAX_VALUE, 1)).containsExactly(all.getLast());
        assertThat(journal.decisionsBefore("r1", all.getLast().number(), 10))
                .isEqualTo(all.subList(0, all.size() - 1).reversed());
    }

    @Test
    void whoIsDeposedDropsNothingThatWasCountedUnderAWeightThatItDoesNotKnow() {
        CountsStore counts = new CountsStore(database);
        RolloutController first = takeOver();
        first.accept(new VersionsProbed(AT, true, true));
        first.accept(commanded(Verb.START));
        RolloutController second = takeOver();
        second.accept(commanded(Verb.PROMOTE_ONE));
        counts.leave("r1", second.state().weightRevision(), Counted.NOTHING);
        assertThatThrownBy(() -> first.observe(counts, AT, Duration.ofSeconds(5)))
                .isInstanceOf(Deposed.class);
        second.observe(counts, AT, Duration.ofSeconds(5));
        assertThat(second.state().nextObservationNumber()).isEqualTo(1);
    }

    private RolloutController takeOver() {
        return takeOver("r1");
    }

    private RolloutController takeOver(String rolloutId) {
        return RolloutController.takeOver(journal, new RolloutReducer(), rolloutId);
    }

    private static RolloutEvent commanded(Verb verb) {
        return new Commanded(AT, new Command("by hand " + verb, verb, "ada", "because"));
    }

    private static Observation observation(long number, long candidateErrors) {
        Map<Metric, ArmCounts> counts = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.values()) {
            counts.put(metric, new ArmCounts(100, metric == Metric.ERROR ? candidateErrors : 1, 900, 9));
        }
        return new Observation(
                number, Duration.ofSeconds(5), counts, 50, 950, new JudgeReport(true, 100, 100, 900, 900));
    }
}
