package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.http.RawConnection.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many connections may be open, and who is told so. */
class ConnectionLimitTest {

    private static final int CONNECTIONS_MAX = 2;
    /** A connection is missed by the server a little after the client closed it. */
    private static final int ATTEMPTS_MAX = 200;

    private final TestEngine engine = TestEngine.start(
            new HttpLimits(
                    10_000,
                    1000,
                    2000,
                    CONNECTIONS_MAX,
                    4,
                    8,
                    4,
                    8,
                    8,
                    1 << 16,
                    64,
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1)),
            OptionalLong.empty(),
            TestModels.TINY_LLAMA);
    private final List<RawConnection> connections = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (RawConnection connection : connections) {
            connection.close();
        }
        engine.close();
    }

    private Reply askOnANewConnection() throws IOException {
        RawConnection connection = new RawConnection(engine);
        connections.add(connection);
        return connection.write("GET /health HTTP/1.1\r\nhost: a\r\n\r\n").read();
    }

    @Test
    void oneConnectionTooManyIsToldSo() throws IOException {
        for (int i = 0; i < CONNECTIONS_MAX; i++) {
            assertThat(askOnANewConnection().status()).isEqualTo(200);
        }
        Reply refused = askOnANewConnection();
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.headers()).containsEntry("retry-after", "1").containsEntry("connection", "close");
    }

    @Test
    void refusedConnectionsTakeNobodysPlace() throws IOException {
        for (int i = 0; i < CONNECTIONS_MAX; i++) {
            askOnANewConnection();
        }
        assertThat(askOnANewConnection().status()).isEqualTo(429);
        assertThat(askOnANewConnection().status()).isEqualTo(429);
        connections.removeFirst().close();
        // The two that were refused are still open.
        int status = 429;
        for (int i = 0; i < ATTEMPTS_MAX && status == 429; i++) {
            status = askOnANewConnection().status();
            if (status == 429) {
                connections.removeLast().close();
            }
        }
        assertThat(status).isEqualTo(200);
    }
}
