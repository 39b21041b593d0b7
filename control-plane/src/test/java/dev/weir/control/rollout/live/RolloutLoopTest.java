package dev.weir.control.rollout.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.journal.Leadership;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.TestDatabases;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A rollout that has gone on for long, taken over by a replica whose clock runs on meanwhile. */
class RolloutLoopTest {
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final int PAGES = 5;
    private static final int EVENTS_IN_PAGE = 1_000;

    private final AtomicLong nanos = new AtomicLong();
    private Runnable meanwhile = () -> {};
    private Database database;
    private RolloutLoop loop;

    @BeforeEach
    void begin() {
        database = new Database(TestDatabases.embedded());
        RolloutStore store = RolloutStore.in(database);
        store.journal().plan(RolloutPlan.standard("r1", "notes", "v1", "v2"), "ada", "because", Instant.EPOCH);
        List<@Nullable Object[]> events = new ArrayList<>();
        for (long number = 0; number < PAGES * EVENTS_IN_PAGE; number++) {
            events.add(new @Nullable Object[] {number, "{\"type\":\"time-passed\",\"at\":\"2026-01-01T00:00:00Z\"}"});
        }
        database.batch("insert into rollout_event (rollout_id, number, event) values ('r1', ?, ?)", events);
        ArmWeights weights = new ArmWeights(store.journal());
        RolloutConfig config = new RolloutConfig(
                Duration.ofSeconds(5), Duration.ofMillis(100), LEASE, Duration.ofSeconds(5), Duration.ofMinutes(5));
        loop = new RolloutLoop(
                store,
                new LiveCounts(weights, () -> 0),
                new SliceCounts(),
                weights,
                new VersionProbes(
                        _ -> Mono.just(true), config.tick(), config.probeMax(), () -> 0, Schedulers.immediate()),
                new Leadership(database, "this", LEASE),
                _ -> {},
                config,
                () -> Instant.EPOCH,
                this::later);
    }

    @AfterEach
    void end() {
        database.close();
    }

    /** Each time that it is asked a second has passed. */
    private long later() {
        meanwhile.run();
        return nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    }

    private long sum(String column, String table) {
        return database.jdbc()
                .sql("select sum(" + column + ") from " + table)
                .query(Long.class)
                .single();
    }

    @Test
    void whoReplaysForLongerThanALeaseGoesOnBeating() {
        loop.beat();
        assertThat(loop.leads()).isTrue();
        assertThat(sum("beat", "rollout_leader")).as("a few in a lease").isGreaterThan(2);
    }

    @Test
    void whoIsReplacedWhileItReplaysTakesNoOtherRolloutOver() {
        RolloutStore.in(database)
                .journal()
                .plan(RolloutPlan.standard("r2", "letters", "v1", "v2"), "ada", "because", Instant.EPOCH);
        database.jdbc()
                .sql("insert into rollout_event (rollout_id, number, event)"
                        + " select 'r2', number, event from rollout_event")
                .update();
        meanwhile = () -> database.jdbc()
                .sql("update rollout_leader set holder = 'other', beat = beat + 1")
                .update();
        loop.beat();
        assertThat(loop.leads()).isFalse();
        assertThat(sum("fence", "rollout")).as("the first was being replayed").isEqualTo(1);
    }
}
