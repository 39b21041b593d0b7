package dev.weir.control.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.fleet.RestartPolicy.Decision.GiveUp;
import dev.weir.control.fleet.RestartPolicy.Decision.Restart;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {
    private static final int KILLED = 137;

    private final RestartPolicy policy = new RestartPolicy(new SupervisionLimits(
            Duration.ofMillis(500), Duration.ofSeconds(3), Duration.ofSeconds(30), 6, Duration.ofSeconds(1), 100));

    @Test
    void pausesDoubleUpToTheirLimit() {
        assertThat(IntStream.rangeClosed(1, 5).mapToObj(failures -> policy.decide(KILLED, failures, false)))
                .containsExactly(restart(500), restart(1000), restart(2000), restart(3000), restart(3000));
    }

    @Test
    void anEngineThatCannotStayUpIsGivenUp() {
        assertThat(policy.decide(KILLED, 6, true))
                .isEqualTo(new GiveUp("the engine died 6 times in a row, last with exit code 137"));
    }

    @Test
    void aWrongConfigurationIsGivenUpAtOnce() {
        assertThat(policy.decide(2, 1, true)).isInstanceOf(GiveUp.class);
    }

    @Test
    void anErrorIsARefusalToStartOnlyUntilTheEngineHasBeenReady() {
        assertThat(policy.decide(1, 1, false)).isInstanceOf(GiveUp.class);
        assertThat(policy.decide(1, 1, true)).isEqualTo(restart(500));
    }

    @Test
    void aLongLifeForgivesEarlierDeaths() {
        assertThat(policy.failuresInARow(5, Duration.ofSeconds(29))).isEqualTo(6);
        assertThat(policy.failuresInARow(5, Duration.ofSeconds(30))).isEqualTo(1);
    }

    private static Restart restart(long pauseMillis) {
        return new Restart(Duration.ofMillis(pauseMillis));
    }
}
