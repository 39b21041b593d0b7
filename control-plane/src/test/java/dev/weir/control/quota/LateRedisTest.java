package dev.weir.control.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.quota.Limit.Metric;
import dev.weir.control.quota.Limit.Period;
import dev.weir.control.quota.Taking.Taken;
import dev.weir.control.quota.Verdict.Granted;
import dev.weir.control.quota.Verdict.Unavailable;
import dev.weir.control.storage.EventLoops;
import dev.weir.control.storage.Redis;
import dev.weir.control.storage.SilentRelay;
import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replica whose Redis answers late or not at all, beside one that has it at hand. */
class LateRedisTest extends QuotaScene {
    private SilentRelay relay;
    private Quota far;
    private RedisCounters near;
    private RedisCounters overRelay;
    private Limit day;

    @Override
    StorageConfig storage() {
        return TestDatabases.embedded();
    }

    @Override
    StorageConfig.RedisUrl storageRedis() {
        return TestDatabases.redis();
    }

    @BeforeEach
    void connect() throws IOException {
        relay = new SilentRelay(URI.create(storageRedis().value()).getPort());
        Redis late = new Redis(
                new StorageConfig.RedisUrl("redis://127.0.0.1:" + relay.port()),
                Duration.ofSeconds(1),
                EventLoops.NONE);
        far = replica(late);
        overRelay = new RedisCounters(late);
        replicas.add(far);
        limit(Metric.CONCURRENCY, Period.AT_ONCE, 1);
        day = book.create(caller, KEY, null, Metric.OUTPUT_TOKENS, Period.DAY, 50);
        near = new RedisCounters(connections.getFirst());
        near.seed(Claim.of(day, 0, START), 0, START).block();
    }

    @AfterEach
    void disconnect() throws IOException {
        relay.close();
    }

    @Test
    void whatIsTakenAfterItsAskerWasToldThatNothingCanBeCountedIsGivenBack() {
        Reservation first = ask();
        granted(first);
        first.settle(Amounts.nothing());
        relay.fallSilent();
        Reservation late = ask(far);
        assertThat(verdict(late)).isInstanceOf(Unavailable.class);
        late.settle(Amounts.nothing());
        refused(ask());
        relay.speak();
        Awaitility.await().until(this::findsRoom);
    }

    @Test
    void aRequestThatEndsWhileRedisIsAwayIsPutRightOnceItIsBack() throws IOException {
        Reservation reservation = ask(far);
        granted(reservation);
        relay.goAway();
        assertThat(verdict(ask(far))).isInstanceOf(Unavailable.class);
        reservation.settle(Amounts.nothing());
        refused(ask());
        relay.comeBack();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            timer.advanceTimeBy(Duration.ofSeconds(10));
            return findsRoom();
        });
    }

    @Test
    void whatIsTakenJustAsTheConnectionBreaksIsGivenBack() throws IOException {
        relay.fallSilent();
        Reservation broken = ask(far);
        Awaitility.await().until(() -> left(near), left -> left == 0);
        breakConnection();
        assertThat(verdict(broken)).isInstanceOf(Unavailable.class);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            timer.advanceTimeBy(Duration.ofSeconds(10));
            return left(near) == 50;
        });
    }

    @Test
    void whatIsPutRightJustAsTheConnectionBreaksIsPutRightOnce() throws IOException {
        Reservation reservation = ask(far);
        granted(reservation);
        relay.fallSilent();
        reservation.settle(spent(100, 20));
        Awaitility.await().until(() -> left(near), left -> left == 30);
        breakConnection();
        Awaitility.await().ignoreExceptions().until(() -> left(overRelay), left -> left == 30);
        timer.advanceTimeBy(Duration.ofSeconds(10)); // it is tried again, over the connection over which is looked then
        assertThat(left(overRelay)).isEqualTo(30);
    }

    /** Between what Redis did and its answer. */
    private void breakConnection() throws IOException {
        relay.goAway();
        relay.speak();
        relay.comeBack();
    }

    private long left(RedisCounters counters) {
        String look = UUID.randomUUID().toString();
        Taking taking = counters.take(look, List.of(Claim.of(day, 0, START)), START, () -> {})
                .block();
        return ((Taken) Objects.requireNonNull(taking)).left().getFirst();
    }

    private boolean findsRoom() {
        return verdict(ask()) instanceof Granted;
    }
}
