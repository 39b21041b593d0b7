package dev.weir.control.rollout.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.control.evaluation.StartGate.Clearance;
import dev.weir.control.identity.AuditLog;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.identity.IdentityStore;
import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.RolloutEvent.VersionsProbed;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.rollout.journal.CommandInbox.Answer;
import dev.weir.control.rollout.journal.RolloutController;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.TestDatabases;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

/** A command handed in on a replica, and obeyed on another. */
class RolloutDeskTest {
    private static final Command START = new Command("start", Verb.START, "ada", "because");

    @Test
    void whoIsToldThatACommandIsObeyedFindsItObeyedHere() {
        Database database = new Database(TestDatabases.embedded());
        try (database) {
            RolloutStore store = RolloutStore.in(database);
            store.journal().plan(RolloutPlan.standard("r1", "notes", "v1", "v2"), "ada", "because", Instant.EPOCH);
            ArmWeights here = new ArmWeights(store.journal());
            RolloutDesk desk = desk(database, store, here);
            CompletableFuture<@Nullable Answer> told = desk.command("r1", START).toFuture();
            await().until(() -> !store.inbox().waiting().isEmpty());
            RolloutController leader = RolloutController.takeOver(store.journal(), new RolloutReducer(), "r1");
            leader.accept(new VersionsProbed(Instant.EPOCH, true, true));
            leader.obey(store.inbox(), START, Instant.EPOCH);
            assertThat(told.join()).extracting(Answer::obeyed).isEqualTo(true);
            assertThat(here.of("notes")).isPresent();
        }
    }

    @Test
    void anIdStandsForOneWishOfOneRollout() {
        Database database = new Database(TestDatabases.embedded());
        try (database) {
            RolloutStore store = RolloutStore.in(database);
            store.journal().plan(RolloutPlan.standard("r1", "notes", "v1", "v2"), "ada", "because", Instant.EPOCH);
            store.journal().plan(RolloutPlan.standard("r2", "letters", "v1", "v2"), "ada", "because", Instant.EPOCH);
            RolloutDesk desk = desk(database, store, new ArmWeights(store.journal()));
            store.inbox().put("r1", START, Instant.EPOCH);
            store.inbox().answer(START.id(), new Answer(true, "Started"));
            assertThat(desk.command("r1", START).block())
                    .extracting(Answer::obeyed)
                    .isEqualTo(true);
            assertThatThrownBy(() -> desk.command("r2", START).block()).hasMessageContaining("START of r1");
            Command back = new Command(START.id(), Verb.ROLL_BACK, "ada", "because");
            assertThatThrownBy(() -> desk.command("r1", back).block()).hasMessageContaining("START of r1");
        }
    }

    private static RolloutDesk desk(Database database, RolloutStore store, ArmWeights weights) {
        return new RolloutDesk(
                store,
                weights,
                new ChangeLog(database, new IdentityStore(database), new AuditLog(database), () -> Instant.EPOCH),
                (_, _) -> new Clearance.Overridden("a test", "it may"),
                Schedulers.parallel());
    }
}
