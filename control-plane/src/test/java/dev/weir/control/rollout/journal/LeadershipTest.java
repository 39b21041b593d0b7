package dev.weir.control.rollout.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.storage.Database;
import dev.weir.control.storage.TestDatabases;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeadershipTest {
    private static final Duration LEASE = Duration.ofSeconds(3);

    private final Database database = new Database(TestDatabases.embedded());
    private final Leadership one = new Leadership(database, "one", LEASE);
    private final Leadership other = new Leadership(database, "other", LEASE);

    @BeforeEach
    void open() {
        database.start();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whoWasFirstLeadsAsLongAsItBeats() {
        assertThat(one.beat(0)).isTrue();
        for (long second = 1; second < 10; second++) {
            assertThat(other.beat(seconds(second))).isFalse();
            assertThat(one.beat(seconds(second))).isTrue();
        }
    }

    @Test
    void whoIsSilentForALeaseIsReplacedAndLearnsOfIt() {
        assertThat(one.beat(0)).isTrue();
        assertThat(other.beat(seconds(100)))
                .as("its own clock begins when it first looks")
                .isFalse();
        assertThat(other.beat(seconds(102))).isFalse();
        assertThat(other.beat(seconds(103))).isTrue();
        assertThat(one.beat(seconds(1))).isFalse();
    }

    @Test
    void whoLeavesMakesRoomAtOnce() {
        assertThat(one.beat(0)).isTrue();
        other.leave();
        assertThat(other.beat(0)).isFalse();
        one.leave();
        assertThat(other.beat(1)).isTrue();
    }

    @Test
    void whoLeadsWritesAFewTimesALeaseHoweverOftenItIsAsked() {
        for (long tenth = 0; tenth < 300; tenth++) {
            assertThat(one.beat(seconds(tenth) / 10)).isTrue();
            assertThat(other.beat(seconds(tenth) / 10)).isFalse();
        }
        Long beats = database.jdbc()
                .sql("select beat from rollout_leader")
                .query(Long.class)
                .single();
        assertThat(beats).as("in ten leases").isBetween(20L, 40L);
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
