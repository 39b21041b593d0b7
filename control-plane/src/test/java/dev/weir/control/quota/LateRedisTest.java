package dev.weir.control.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.quota.Limit.Metric;
import dev.weir.control.quota.Limit.Period;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replica whose Redis answers late or not at all, beside one that has it at hand. */
class LateRedisTest extends QuotaScene {
    private SilentRelay relay;
    private Quota far;

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
        far = replica(new Redis(
                new StorageConfig.RedisUrl("redis://127.0.0.1:" + relay.port()),
                Duration.ofSeconds(1),
                EventLoops.NONE));
        replicas.add(far);
        limit(Metric.CONCURRENCY, Period.AT_ONCE, 1);
        limit(Metric.OUTPUT_TOKENS, Period.DAY, 50);
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

    private boolean findsRoom() {
        return verdict(ask()) instanceof Granted;
    }
}
