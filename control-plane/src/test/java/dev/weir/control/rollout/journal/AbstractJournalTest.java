package dev.weir.control.rollout.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Decision;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.Observation;
import dev.weir.control.rollout.Observation.JudgeReport;
import dev.weir.control.rollout.Phase;
import dev.weir.control.rollout.RolloutEvent;
import dev.weir.control.rollout.RolloutEvent.Commanded;
import dev.weir.control.rollout.RolloutEvent.Observed;
import dev.weir.control.rollout.RolloutEvent.TimePassed;
import dev.weir.control.rollout.RolloutEvent.VersionsProbed;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReducer;
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
        assertThat(journal.events("r1")).hasSize(accepted.get());
        assertThat(journal.decisions("r1"))
                .extracting(Decision::number)
                .doesNotHaveDuplicates()
                .hasSize(accepted.get() - 1);
    }

    private RolloutController takeOver() {
        return RolloutController.takeOver(journal, new RolloutReducer(), "r1");
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
