package dev.weir.control.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class RoundsTest {
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ofDays(1);

    @Test
    void whenItHasStoppedTheRoundThatWasUnderWayIsOverAndNobodyWasInterrupted() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch proceed = new CountDownLatch(1);
        AtomicBoolean whole = new AtomicBoolean();
        AtomicInteger ends = new AtomicInteger();
        Rounds rounds = Rounds.of("the work", SHORT, () -> {
                    inside.countDown();
                    awaited(proceed);
                    whole.set(!Thread.currentThread().isInterrupted());
                })
                .endingWith(ends::incrementAndGet);
        rounds.start();
        inside.await();
        Thread stopping = Thread.ofVirtual().start(rounds::stop);
        assertThat(stopping.join(Duration.ofMillis(50))).isFalse();
        proceed.countDown();
        stopping.join();
        assertThat(whole).isTrue();
        assertThat(ends).hasValue(1);
        assertThat(rounds.isRunning()).isFalse();
        rounds.stop();
        assertThat(ends).as("it had ended").hasValue(1);
    }

    @Test
    void aRoundThatFailsIsFollowedByAnother() throws Exception {
        CountDownLatch third = new CountDownLatch(3);
        Rounds rounds = Rounds.of("the work", SHORT, () -> {
            third.countDown();
            throw new IllegalStateException("the database is away");
        });
        rounds.start();
        third.await();
        rounds.stop();
    }

    @Test
    void theFirstRoundCanBePartOfStarting() {
        AtomicInteger count = new AtomicInteger();
        Rounds rounds = Rounds.of("the work", NEVER, count::incrementAndGet).beginningAtOnce();
        rounds.start();
        assertThat(count).hasValue(1);
        rounds.stop();
        Rounds broken = Rounds.of("the work", NEVER, () -> {
                    throw new IllegalStateException("no database");
                })
                .beginningAtOnce();
        assertThatThrownBy(broken::start).hasMessage("no database");
        assertThat(broken.isRunning()).isFalse();
    }

    @Test
    void itCanBeStartedAgain() throws Exception {
        AtomicInteger count = new AtomicInteger();
        Rounds rounds = Rounds.of("the work", NEVER, count::incrementAndGet).beginningAtOnce();
        rounds.start();
        rounds.start();
        rounds.stop();
        rounds.start();
        rounds.stop();
        assertThat(count).hasValue(2);
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
