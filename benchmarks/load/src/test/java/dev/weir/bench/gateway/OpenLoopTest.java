package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
    private static final int PER_SECOND = 50;
    private static final double SECONDS = 0.2;

    @Test
    void everyRequestThatWasDueIsAskedAndMeasured() throws Exception {
        try (ScriptedUpstream upstream = new ScriptedUpstream();
                OpenLoop loop = new OpenLoop(upstream.url(), "key", ScriptedUpstream.MODEL, false)) {
            Latencies latencies = new Latencies();
            loop.run(PER_SECOND, SECONDS, latencies);
            assertThat(latencies.lastFailure()).isEmpty();
            assertThat(latencies.ofWholes().getTotalCount()).isEqualTo(10);
            assertThat(latencies.ofFirsts().getTotalCount()).isZero();
        }
    }

    @Test
    void everyEventOfAStreamHasAWay() throws Exception {
        try (ScriptedUpstream upstream = new ScriptedUpstream();
                OpenLoop loop = new OpenLoop(upstream.url(), "key", ScriptedUpstream.MODEL, true)) {
            Latencies latencies = new Latencies();
            loop.run(PER_SECOND, SECONDS, latencies);
            assertThat(latencies.lastFailure()).isEmpty();
            assertThat(latencies.ofFirsts().getTotalCount()).isEqualTo(10);
            assertThat(latencies.ofEvents().getTotalCount()).isEqualTo(10L * ScriptedUpstream.EVENTS);
            assertThat(latencies.ofWholes().getMinValue())
                    .as("as long as the upstream takes to tell it")
                    .isGreaterThan(100_000_000);
        }
    }

    @Test
    void whoCannotBeReachedIsCountedAndNamed() {
        try (OpenLoop loop = new OpenLoop(URI.create("http://127.0.0.1:1"), "key", "m", false)) {
            Latencies latencies = new Latencies();
            loop.run(PER_SECOND, SECONDS, latencies);
            assertThat(latencies.failureCount()).isEqualTo(10);
            assertThat(latencies.lastFailure()).isNotEmpty();
        }
    }
}
