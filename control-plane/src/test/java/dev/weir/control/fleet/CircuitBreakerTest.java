package dev.weir.control.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.fleet.CircuitBreaker.State;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
    private static final BreakerLimits LIMITS = new BreakerLimits(5, Duration.ofSeconds(30), 3, Duration.ofSeconds(10));

    private long nowNanos = Long.MAX_VALUE - 5; // a monotonic clock may overflow
    private final CircuitBreaker breaker = new CircuitBreaker(LIMITS, () -> nowNanos);

    @Test
    void onlyFailuresThatFollowEachOtherOpenIt() {
        fail(4);
        breaker.succeeded();
        fail(4);
        assertThat(breaker.letsThrough()).isTrue();
        fail(1);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.letsThrough()).isFalse();
    }

    @Test
    void afterAWhileAFewAreTriedAtATimeAndTheirSuccessClosesIt() {
        fail(5);
        pass(Duration.ofSeconds(30).minusNanos(1));
        assertThat(breaker.letsThrough()).isFalse();
        pass(Duration.ofNanos(1));
        for (int trial = 0; trial < 3; trial++) {
            assertThat(breaker.letsThrough()).isTrue();
            breaker.begin();
        }
        assertThat(breaker.letsThrough()).as("three are under way").isFalse();
        breaker.succeeded();
        breaker.endedOtherwise();
        assertThat(breaker.letsThrough()).isTrue();
        breaker.begin();
        breaker.succeeded();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        breaker.succeeded();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        fail(4);
        assertThat(breaker.letsThrough()).isTrue();
    }

    @Test
    void theFirstTrialThatFailsOpensItAgainForTheWholeTime() {
        fail(5);
        pass(Duration.ofSeconds(30));
        breaker.begin();
        fail(1);
        pass(Duration.ofSeconds(29));
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        pass(Duration.ofSeconds(1));
        assertThat(breaker.letsThrough()).isTrue();
    }

    @Test
    void anAnswerThatBeginsTooLateCountsAsAFailureAndAClientThatLeavesAsNothing() {
        EngineAccount account = new EngineAccount(breaker);
        Engine engine = Engine.at(URI.create("http://127.0.0.1:1"));
        for (int request = 0; request < 5; request++) {
            new EngineLease(engine, account, LIMITS).close();
        }
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        for (int request = 0; request < 5; request++) {
            try (EngineLease lease = new EngineLease(engine, account, LIMITS)) {
                lease.answered(Duration.ofSeconds(11));
            }
        }
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    private void fail(int count) {
        for (int i = 0; i < count; i++) {
            breaker.failed();
        }
    }

    private void pass(Duration duration) {
        nowNanos += duration.toNanos();
    }
}
