package dev.weir.control.rollout.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.accounting.ArmLedger;
import dev.weir.control.rollout.assignment.HashVersion;
import dev.weir.control.rollout.trial.TrialPlan.TrialArm;
import dev.weir.control.rollout.trial.TrialState.End;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.TestDatabases;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Looks at a ledger that takes long to read. */
public class TrialLooksTest {
    private static Consumer<String> whileReading = _ -> {};

    private Database database;
    private TrialStore store;
    private TrialLooks looks;

    @BeforeEach
    void begin() {
        database = new Database(TestDatabases.embedded());
        store = new TrialStore(database);
        store.begin(
                new TrialPlan(
                        "e1",
                        "notes",
                        List.of(new TrialArm("a", "v1"), new TrialArm("b", "v2")),
                        HashVersion.SHA256_53,
                        1,
                        Goal.TASK_COMPLETION,
                        Duration.ofDays(14),
                        1_000,
                        null),
                "ada",
                "to see",
                Instant.EPOCH);
        looks = new TrialLooks(database, store, new ArmLedger(database), () -> true, () -> Instant.EPOCH);
        // Whoever reads a row of the ledger comes through here first.
        database.jdbc()
                .sql("create alias being_read for '" + TrialLooksTest.class.getName() + ".beingRead'")
                .update();
        called("c0", "2025-12-25", null);
        called("c1", "2026-01-01", "e1/b");
        database.jdbc().sql("alter table ledger rename to ledger_kept").update();
        database.jdbc()
                .sql("create view ledger as select * from ledger_kept where being_read(id)")
                .update();
    }

    private void called(String id, String day, @Nullable String arm) {
        database.jdbc()
                .sql("insert into ledger (id, request_id, at, call_day, tenant, subject, endpoint, model, arm, stream,"
                        + " input_tokens, cached_tokens, output_tokens, usage_told, cost_nanos, total_micros, status)"
                        + " values (?, 'r', ?, date '2026-01-01', 'acme', 'ada', '/v1/chat/completions', 'v2', ?, false,"
                        + " 3, 0, 2, true, 7, 1000, '200')")
                .param(id)
                .param(Instant.parse(day + "T00:00:00Z").atOffset(ZoneOffset.UTC))
                .param(arm)
                .update();
    }

    @AfterEach
    void end() {
        whileReading = _ -> {};
        database.close();
    }

    /** Called by the database. */
    public static boolean beingRead(String id) {
        whileReading.accept(id);
        return !id.isEmpty();
    }

    @Test
    void whoStopsATrialDoesNotWaitForTheLedgerToBeRead() {
        whileReading = _ -> {
            whileReading = _ -> {};
            CompletableFuture.runAsync(() -> store.stop("e1", "ben", "enough seen", Instant.EPOCH))
                    .join();
        };
        looks.look();
        assertThat(store.find("e1")).hasValueSatisfying(trial -> {
            assertThat(trial.state().outcome().end()).isEqualTo(End.STOPPED);
            assertThat(trial.report())
                    .as("nothing follows from a look at one that has ended")
                    .isNull();
        });
    }

    @Test
    void whatWasReadIsLookedAt() {
        looks.look();
        assertThat(store.find("e1")).hasValueSatisfying(trial -> {
            TrialReport report = trial.report();
            assertThat(report).isNotNull();
            assertThat(trial.state().begunAt()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        });
    }

    @Test
    void whatUsersDidBeforeIsReadOnceAndStaysKnown() {
        List<String> read = new ArrayList<>();
        whileReading = read::add;
        looks.look();
        long first = Collections.frequency(read, "c0");
        read.clear();
        looks.look();
        assertThat(Collections.frequency(read, "c0")).isLessThan((int) first);
        assertThat(read).contains("c1");
    }
}
