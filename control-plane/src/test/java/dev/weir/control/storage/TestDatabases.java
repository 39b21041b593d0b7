package dev.weir.control.storage;

import static org.junit.jupiter.api.Assumptions.abort;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisServer;

/** Databases for tests: embedded ones in memory, and a real PostgreSQL and Redis that this JVM starts once. */
public final class TestDatabases {
    private TestDatabases() {}

    /** Of several databases with the same name: all are one. */
    public static StorageConfig embedded() {
        return config("jdbc:h2:mem:" + UUID.randomUUID(), null, null);
    }

    /** A new database in the one PostgreSQL of this JVM; the test is skipped where none can be started. */
    public static StorageConfig postgres() {
        String name = "weir_" + UUID.randomUUID().toString().replace('-', '_');
        try (Connection connection = Postgres.SERVER.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        } catch (NoClassDefFoundError | ExceptionInInitializerError failure) {
            return abort("skipped: no PostgreSQL can be started here: " + failure);
        }
        return config(Postgres.SERVER.getJdbcUrl("postgres", name), "postgres", null);
    }

    /** A Redis of this JVM; the test is skipped where none can be started. */
    public static StorageConfig.RedisUrl redis() {
        try {
            return new StorageConfig.RedisUrl("redis://127.0.0.1:" + Redis.PORT);
        } catch (NoClassDefFoundError | ExceptionInInitializerError failure) {
            return abort("skipped: no Redis can be started here: " + failure);
        }
    }

    public static StorageConfig config(String url, @Nullable String user, StorageConfig.@Nullable RedisUrl redis) {
        return new StorageConfig(
                Path.of("never-used"),
                url,
                user,
                null,
                8,
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                redis,
                Duration.ofSeconds(2));
    }

    private static final class Postgres {
        /** Where the data lie if there is room: removing the files of all tests' databases from a disk takes a minute. */
        private static final Path MEMORY_DISK = Path.of("/dev/shm");

        private static final long MEMORY_DISK_FREE_BYTES_MIN = 4L << 30;

        private static final Duration START_MAX = Duration.ofSeconds(60);

        static final EmbeddedPostgres SERVER = start();

        private static boolean memoryDiskFits() throws IOException {
            return Files.isWritable(MEMORY_DISK)
                    && Files.getFileStore(MEMORY_DISK).getUsableSpace() >= MEMORY_DISK_FREE_BYTES_MIN;
        }

        static EmbeddedPostgres start() {
            try {
                EmbeddedPostgres.Builder settings = EmbeddedPostgres.builder().setPGStartupWait(START_MAX);
                if (memoryDiskFits()) {
                    settings.setDataDirectory(Files.createTempDirectory(MEMORY_DISK, "weir-postgres"));
                }
                EmbeddedPostgres server = settings.start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    try {
                        server.close();
                    } catch (IOException _) {
                        // The JVM ends anyway.
                    }
                }));
                return server;
            } catch (IOException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }

    private static final class Redis {
        static final int PORT = start();

        static int start() {
            try {
                int port;
                try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
                    port = socket.getLocalPort();
                }
                RedisServer server = RedisServer.newRedisServer()
                        .port(port)
                        .setting("bind 127.0.0.1")
                        .setting("save \"\"")
                        .build();
                server.start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    try {
                        server.stop();
                    } catch (IOException _) {
                        // The JVM ends anyway.
                    }
                }));
                return port;
            } catch (IOException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }
}
