package dev.weir.control.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FirstTokenTimesTest {
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private final FirstTokenTimes times = new FirstTokenTimes(() -> now);

    @Test
    void aNewMeasurementCountsAFifth() {
        assertThat(times.expectedMillis("m")).isEmpty();
        times.answered("m", Duration.ofSeconds(1));
        times.answered("m", Duration.ofMillis(500));
        assertThat(times.expectedMillis("m")).hasValue(900L);
        times.wrote("m", Duration.ofMillis(40));
        assertThat(times.tokenMillis("m")).hasValue(40);
    }

    @Test
    void whatWasMeasuredFadesUntilSomebodyAsksAgain() {
        times.answered("m", Duration.ofSeconds(1));
        now = now.plusSeconds(120);
        assertThat(times.expectedMillis("m")).hasValue(500L);
        now = now.plusSeconds(240);
        assertThat(times.expectedMillis("m")).hasValue(125L);
        times.answered("m", Duration.ofMillis(200));
        assertThat(times.expectedMillis("m"))
                .as("a tenth of it counts beside the new")
                .hasValue(280L);
    }
}
