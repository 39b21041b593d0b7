package dev.weir.control.rollout.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.RolloutEvent.Commanded;
import dev.weir.control.rollout.RolloutEvent.VersionsProbed;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.rollout.journal.RolloutController;
import dev.weir.control.rollout.journal.SliceStore.Sliced;
import dev.weir.control.rollout.live.Answered.Fault;
import dev.weir.control.rollout.postmortem.Slice;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.TestDatabases;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionSystemException;

/** What was counted, on its way through a database that fails. */
class CountsFlushTest {
    private static final Answered GOOD =
            new Answered(Fault.NOBODYS, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(1));
    private static final Answered FAILED = Answered.failed(Fault.OURS);

    private final AtomicBoolean losesTheNextAnswer = new AtomicBoolean();
    private Database database;
    private RolloutStore store;
    private LiveCounts counts;
    private SliceCounts slices;
    private CountsFlush flush;

    @BeforeEach
    void begin() {
        database = new Database(TestDatabases.embedded());
        store = RolloutStore.in(database);
        store.journal().plan(RolloutPlan.standard("r1", "notes", "v1", "v2"), "ada", "because", Instant.EPOCH);
        RolloutController controller = RolloutController.takeOver(store.journal(), new RolloutReducer(), "r1");
        controller.accept(new VersionsProbed(Instant.EPOCH, true, true));
        controller.accept(new Commanded(Instant.EPOCH, new Command("start", Verb.START, "ada", "because")));
        ArmWeights weights = new ArmWeights(store.journal());
        weights.refresh();
        counts = new LiveCounts(weights, () -> 0);
        slices = new SliceCounts();
        flush = new CountsFlush(store, counts, slices, this::transaction);
    }

    @AfterEach
    void end() {
        database.close();
    }

    private void transaction(Runnable work) {
        database.inTransaction(() -> {
            work.run();
            return Boolean.TRUE;
        });
        if (losesTheNextAnswer.getAndSet(false)) {
            throw new TransactionSystemException("whether it is committed nobody knows");
        }
    }

    private void onePair(String tenant) {
        counts.paired("r1", GOOD, FAILED);
        slices.add(
                new Arm("r1", true),
                1,
                RequestTraits.of(tenant, "simple", "en", 10),
                Map.of(Metric.ERROR, true),
                "request",
                "call");
    }

    /** A database in which one table of those that are written cannot be, whatever was written before it. */
    private void fails(boolean now) {
        String table = "rollout_sample";
        String away = table + "_away";
        database.jdbc()
                .sql("alter table " + (now ? table : away) + " rename to " + (now ? away : table))
                .update();
    }

    private long countedPairs() {
        return database.jdbc().sql("select counts from rollout_counts").query(String.class).list().stream()
                .mapToLong(row -> row.contains("\"ERROR\":{\"candidateCount\":1,") ? 1 : 0)
                .sum();
    }

    private long inSliceOf(String tenant) {
        return store.slices().slices("r1").stream()
                .filter(sliced -> sliced.slice().value().equals(tenant))
                .mapToLong(sliced -> sliced.counts().candidateCount())
                .sum();
    }

    @Test
    void whatADatabaseThatFailsDoesNotTakeIsWrittenLaterAndOnce() {
        onePair("acme");
        fails(true);
        assertThatThrownBy(flush::flush).isInstanceOf(DataAccessException.class);
        assertThat(countedPairs()).as("of a batch all is written, or nothing").isZero();
        onePair("umbrella");
        assertThatThrownBy(flush::flush).isInstanceOf(DataAccessException.class);
        fails(false);
        flush.flush();
        assertThat(countedPairs()).isEqualTo(2);
        assertThat(inSliceOf("acme")).isEqualTo(1);
        assertThat(inSliceOf("umbrella")).isEqualTo(1);
        flush.flush();
        assertThat(countedPairs()).isEqualTo(2);
    }

    @Test
    void whatWasCommittedWithoutAWordIsNotCountedAgainThoughALeaderHasTakenIt() {
        onePair("acme");
        losesTheNextAnswer.set(true);
        assertThatThrownBy(flush::flush).isInstanceOf(TransactionSystemException.class);
        assertThat(countedPairs()).isEqualTo(1);
        database.jdbc().sql("delete from rollout_counts").update();
        flush.flush();
        assertThat(countedPairs()).isZero();
        assertThat(inSliceOf("acme")).isEqualTo(1);
    }

    @Test
    void aBatchThatIsRefusedForGoodHoldsUpNothing() {
        onePair("x".repeat(300)); // longer than its column
        flush.flush();
        assertThat(countedPairs()).isZero();
        onePair("acme");
        flush.flush();
        assertThat(countedPairs()).isEqualTo(1);
        assertThat(inSliceOf("acme")).isEqualTo(1);
    }

    @Test
    void aProcessThatEndsLeavesNothingBehindButWhatItCounted() {
        onePair("acme");
        flush.flush();
        flush.leave();
        assertThat(database.jdbc()
                        .sql("select count(*) from rollout_counts_written")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private long rows(String table) {
        return database.jdbc()
                .sql("select count(*) from " + table)
                .query(Long.class)
                .single();
    }

    @Test
    void slicesGrowAndDoNotBecomeMoreAndEachProcessHasItsOwn() {
        onePair("acme");
        flush.flush();
        long slices = rows("rollout_slice");
        for (int i = 0; i < 20; i++) {
            onePair("acme");
            flush.flush();
        }
        assertThat(rows("rollout_slice")).isEqualTo(slices);
        assertThat(inSliceOf("acme")).isEqualTo(21);
        CountsFlush another = new CountsFlush(store, counts, this.slices, this::transaction);
        onePair("acme");
        another.flush();
        assertThat(rows("rollout_slice")).isEqualTo(2 * slices);
        assertThat(inSliceOf("acme")).isEqualTo(22);
    }

    @Test
    void badAnswersAreKeptUntilThereAreEnoughOfAnArm() {
        for (int i = 0; i < 15; i++) {
            for (int j = 0; j < 50; j++) {
                onePair("acme");
            }
            flush.flush();
        }
        assertThat(store.slices().samples("r1", true, 10_000)).hasSize(500);
    }

    @Test
    void whereThereAreTooManySlicesThoseOfTheLatestWeightAreLookedAt() {
        List<Sliced> many = new ArrayList<>();
        for (int i = 0; i < 9_000; i++) {
            many.add(new Sliced("r1", 1, Metric.ERROR, new Slice("tenant", "t" + i), ArmCounts.NONE));
        }
        many.add(new Sliced("r1", 2, Metric.ERROR, new Slice("tenant", "late"), new ArmCounts(1, 1, 0, 0)));
        store.slices().add("process", many, List.of());
        assertThat(inSliceOf("late")).isEqualTo(1);
    }
}
