package dev.weir.bench.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
    void aRequestOnAConnectionThatTheServerHasClosedGoesOutOnceMore() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
                OpenLoop loop = new OpenLoop(
                        URI.create("http://127.0.0.1:" + server.getLocalPort()),
                        "key",
                        ScriptedUpstream.MODEL,
                        false)) {
            Thread.ofVirtual().start(() -> answerOnceEach(server));
            Latencies latencies = new Latencies();
            loop.run(PER_SECOND, SECONDS, latencies);
            assertThat(latencies.lastFailure()).isEmpty();
            assertThat(latencies.ofWholes().getTotalCount()).isEqualTo(10);
        }
    }

    /** Each connection has one answer, which does not say that it is the last. */
    private static void answerOnceEach(ServerSocket server) {
        try {
            while (true) {
                try (Socket connection = server.accept()) {
                    InputStream in = new BufferedInputStream(connection.getInputStream());
                    String _ = requireNonNull(HttpHead.read(in)).body(in);
                    connection
                            .getOutputStream()
                            .write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".getBytes(US_ASCII));
                }
            }
        } catch (IOException _) {
            // closed: the test is over
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
