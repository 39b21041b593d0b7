package dev.weir.bench.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.gateway.OpenLoop.Limits;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
    private static final int PER_SECOND = 50;
    private static final double SECONDS = 0.2;
    private static final long WAIT_SECONDS_MAX = 20;

    @Test
    void everyRequestThatWasDueIsAskedAndMeasured() throws Exception {
        try (ScriptedUpstream upstream = new ScriptedUpstream();
                OpenLoop loop = loop(upstream.url(), false, new AtomicLong())) {
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
                OpenLoop loop = loop(upstream.url(), true, new AtomicLong())) {
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
                OpenLoop loop = loop(server, false, new AtomicLong())) {
            // Each connection has one answer, which does not say that it is the last.
            serve(server, connection -> {
                String _ = request(connection.getInputStream());
                connection.getOutputStream().write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".getBytes(US_ASCII));
            });
            Latencies latencies = new Latencies();
            loop.run(PER_SECOND, SECONDS, latencies);
            assertThat(latencies.lastFailure()).isEmpty();
            assertThat(latencies.ofWholes().getTotalCount()).isEqualTo(10);
        }
    }

    @Test
    void aConnectionWhoseAnswerCannotBeReadIsClosed() throws Exception {
        for (String answer : List.of(
                "HTTP/1.1 500 Failed\r\ncontent-length: 2\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno number\r\n")) {
            CountDownLatch closed = new CountDownLatch(10);
            try (ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
                    OpenLoop loop = loop(server, true, new AtomicLong())) {
                serve(server, connection -> {
                    String _ = request(connection.getInputStream());
                    connection.getOutputStream().write(answer.getBytes(US_ASCII));
                    awaitEnd(connection.getInputStream());
                    closed.countDown();
                });
                Latencies latencies = new Latencies();
                loop.run(PER_SECOND, SECONDS, latencies);
                assertThat(latencies.failureCount()).isEqualTo(10);
                assertThat(closed.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS))
                        .as("all of them, while the loop goes on: %s are open", closed.getCount())
                        .isTrue();
            }
        }
    }

    @Test
    void loopsThatShareTheirQuestionsNeverAskOneTwice() throws Exception {
        List<String> asked = Collections.synchronizedList(new ArrayList<>());
        AtomicLong questions = new AtomicLong();
        try (ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
                OpenLoop wholes = loop(server, false, questions);
                OpenLoop streams = loop(server, true, questions)) {
            serve(server, connection -> {
                String body = request(connection.getInputStream());
                asked.add(body.substring(body.indexOf("\"messages\"")));
                connection
                        .getOutputStream()
                        .write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".getBytes(US_ASCII));
            });
            for (OpenLoop loop : List.of(wholes, streams)) {
                Latencies latencies = new Latencies();
                loop.run(PER_SECOND, SECONDS, latencies);
                assertThat(latencies.lastFailure()).isEmpty();
            }
        }
        assertThat(asked).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void aServerThatStandsStillIsAskedOverSoManyConnectionsAndWaitedForSoLong() throws Exception {
        Limits limits = new Limits(3, 1);
        try (ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
                OpenLoop loop = new OpenLoop(url(server), "key", "m", false, new AtomicLong(), limits)) {
            List<Socket> accepted = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch closed = new CountDownLatch(3);
            serve(server, connection -> {
                accepted.add(connection);
                awaitEnd(connection.getInputStream());
                closed.countDown();
            });
            Latencies latencies = new Latencies();
            loop.run(PER_SECOND, SECONDS, latencies);
            assertThat(latencies.failureCount()).isEqualTo(10);
            assertThat(latencies.lastFailure()).isEqualTo("nothing came for 1 s");
            assertThat(closed.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            assertThat(accepted).hasSize(3);
        }
    }

    private static OpenLoop loop(ServerSocket server, boolean streams, AtomicLong questions) throws IOException {
        return loop(url(server), streams, questions);
    }

    private static OpenLoop loop(URI url, boolean streams, AtomicLong questions) throws IOException {
        return new OpenLoop(url, "key", ScriptedUpstream.MODEL, streams, questions, Limits.USUAL);
    }

    private static URI url(ServerSocket server) {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** What is done with a connection, which is closed then. */
    private interface Served {
        void by(Socket connection) throws IOException;
    }

    private static void serve(ServerSocket server, Served served) {
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket connection = server.accept();
                    Thread.ofVirtual().start(() -> {
                        try (connection) {
                            served.by(connection);
                        } catch (IOException _) {
                            // the test sees what has not been done
                        }
                    });
                }
            } catch (IOException _) {
                // closed: the test is over
            }
        });
    }

    private static void awaitEnd(InputStream from) throws IOException {
        try {
            while (from.read() >= 0) {
                // nothing more is expected
            }
        } catch (SocketException _) {
            // a reset is a way of closing, too
        }
    }

    /** The body of the next request. */
    private static String request(InputStream from) throws IOException {
        StringBuilder body = new StringBuilder();
        AtomicBoolean whole = new AtomicBoolean();
        HttpMessages requests = new HttpMessages(new HttpMessages.Taker() {
            @Override
            public void head(HttpHead head) {
                // only its body is of interest
            }

            @Override
            public void content(String content) {
                body.append(content);
            }

            @Override
            public void end() {
                whole.set(true);
            }
        });
        while (!whole.get()) {
            int next = from.read();
            if (next < 0) {
                throw new EOFException("the connection ended");
            }
            requests.take(ByteBuffer.wrap(new byte[] {(byte) next}));
        }
        return body.toString();
    }

    @Test
    void whoCannotBeReachedIsCountedAndNamed() throws Exception {
        try (OpenLoop loop = loop(URI.create("http://127.0.0.1:1"), false, new AtomicLong())) {
            Latencies latencies = new Latencies();
            loop.run(PER_SECOND, SECONDS, latencies);
            assertThat(latencies.failureCount()).isEqualTo(10);
            assertThat(latencies.lastFailure()).isNotEmpty();
        }
    }
}
