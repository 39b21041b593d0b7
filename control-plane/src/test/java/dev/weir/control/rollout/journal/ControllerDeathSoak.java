package dev.weir.control.rollout.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.Decision;
import dev.weir.control.rollout.Effect;
import dev.weir.control.rollout.RandomEvents;
import dev.weir.control.rollout.RolloutEvent;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.rollout.RolloutState;
import dev.weir.control.rollout.journal.DyingController.Moment;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Controllers, each a process, that die at every one of a rollout's events, before its commit and between that and what follows from it: whoever
 * comes next finds all of the event or nothing. Part of {@code ./weir test --soak}.
 */
@Timeout(600)
class ControllerDeathSoak {
    private static final int EVENTS = 24;
    private static final long SEED = 2;

    @Test
    void nothingHappensTwiceOrHalfInAFile(@TempDir Path directory) throws Exception {
        dieAtEveryEvent(TestDatabases.config("jdbc:h2:file:" + directory.resolve("weir"), null, null));
    }

    @Test
    void nothingHappensTwiceOrHalfInPostgres() throws Exception {
        dieAtEveryEvent(TestDatabases.postgres());
    }

    private static void dieAtEveryEvent(StorageConfig storage) throws IOException, InterruptedException {
        try (Database database = new Database(storage)) {
            new RolloutJournal(database).plan(RandomEvents.PLAN, "ada", "because", Instant.EPOCH);
        }
        RolloutState expected = RolloutState.planned(RandomEvents.PLAN);
        List<Decision> decisions = new ArrayList<>();
        List<RolloutEvent> events = RandomEvents.of(SEED, EVENTS);
        for (int i = 0; i < EVENTS; i++) {
            die(storage, i, Moment.BEFORE_COMMIT);
            assertKept(storage, expected, decisions);
            die(storage, i, Moment.BEFORE_EFFECT);
            RolloutReducer.Step step = new RolloutReducer().reduce(expected, events.get(i));
            expected = step.state();
            step.effects().forEach(effect -> {
                if (effect instanceof Effect.Keep(Decision decision)) {
                    decisions.add(decision);
                }
            });
            assertKept(storage, expected, decisions);
        }
        System.out.printf(
                "%d deaths at %d events: %s, %d decisions%n", 2 * EVENTS, EVENTS, expected.phase(), decisions.size());
    }

    private static void die(StorageConfig storage, int event, Moment moment) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        DyingController.class.getName(),
                        String.valueOf(storage.url()),
                        storage.user() == null ? "" : storage.user(),
                        Long.toString(SEED),
                        Integer.toString(event),
                        moment.name())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor()).as("%s at event %d", moment, event).isEqualTo(DyingController.KILLED);
    }

    private static void assertKept(StorageConfig storage, RolloutState expected, List<Decision> decisions) {
        try (Database database = new Database(storage)) {
            RolloutJournal journal = new RolloutJournal(database);
            RolloutController next = RolloutController.takeOver(journal, new RolloutReducer(), DyingController.ROLLOUT);
            assertThat(next.state()).isEqualTo(expected);
            assertThat(journal.decisions(DyingController.ROLLOUT)).isEqualTo(decisions);
            long revision = expected.weightRevision();
            double share = expected.candidateShare();
            assertThat(journal.weights())
                    .allMatch(weight -> weight.revision() == revision && weight.candidateShare() == share)
                    .hasSize(revision == 0 ? 0 : 1);
        }
    }
}
