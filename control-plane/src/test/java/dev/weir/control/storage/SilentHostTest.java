package dev.weir.control.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.SocketOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.core.NestedRuntimeException;

/** Hosts that are lost without a word, and so without a closed connection. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SilentHostTest {

    @Test
    void aDatabaseThatFallsSilentHoldsNobodyForeverAndIsAskedAgain() throws IOException {
        StorageConfig direct = TestDatabases.postgres();
        String address = Objects.requireNonNull(direct.url());
        int port = URI.create(address.substring("jdbc:".length())).getPort();
        try (SilentRelay relay = new SilentRelay(port);
                Database database = new Database(new StorageConfig(
                        Path.of("never-used"),
                        address.replace(":" + port, ":" + relay.port()),
                        "postgres",
                        null,
                        2,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(1),
                        null,
                        Duration.ofSeconds(2)))) {
            assertThat(one(database)).isOne();
            // In a transaction, whose connection the pool does not try again before each question.
            assertThatThrownBy(() -> database.inTransaction(() -> {
                        one(database);
                        relay.fallSilent();
                        return one(database);
                    }))
                    .isInstanceOf(NestedRuntimeException.class);
            relay.speak();
            assertThat(one(database)).isOne();
        }
    }

    /** Only the system counts what is not acknowledged, which no relay in this process can keep back. */
    @Test
    void theSystemIsToldToGiveUpARedisThatFallsSilent() {
        SocketOptions options = Redis.socketOptions();
        assertThat(options.isKeepAlive()).isTrue();
        assertThat(options.isEnableTcpUserTimeout()).isTrue();
        SocketOptions.KeepAliveOptions probes = options.getKeepAlive();
        Duration silenceMax = options.getTcpUserTimeout().getTcpUserTimeout();
        assertThat(probes.getIdle().plus(probes.getInterval().multipliedBy(probes.getCount())))
                .as("a connection over which nobody asks is given up as soon as one over which somebody does")
                .isLessThanOrEqualTo(silenceMax);
        assertThat(silenceMax).isLessThan(Duration.ofSeconds(30));
    }

    private static int one(Database database) {
        return database.jdbc().sql("select 1").query(Integer.class).single();
    }
}
