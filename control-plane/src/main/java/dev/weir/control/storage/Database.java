package dev.weir.control.storage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import reactor.core.publisher.Mono;

/**
 * The relational schema: embedded, or shared by replicas.
 *
 * <p>It is opened beside whatever else has to start, and whoever needs it first waits for it; the web server starts behind it, so no request
 * ever does.
 */
public final class Database implements SmartLifecycle, AutoCloseable {
    /** Before everything that uses it, which Spring starts in ascending order of phases. */
    public static final int PHASE = 0;

    /** Between two statements of a transaction, of PostgreSQL. */
    private static final long IDLE_MILLIS_MAX = 30_000;

    /** Of H2: another process has the file. */
    private static final int ALREADY_OPEN = 90020;

    /**
     * H2 as close to PostgreSQL as it comes; what is committed is written at once; closed by us and not by a hook of its own, which would be too
     * early. Of pages it keeps a mebibyte: with more, rows of the ledger stay for many seconds after they were written, and every young
     * collection copies them; the system has the file's pages in any case.
     */
    private static final String H2_OPTIONS =
            ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0;CACHE_SIZE=1024";

    private final StorageConfig config;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CompletableFuture<Opened> opened;
    private volatile boolean running;

    private record Opened(HikariDataSource source, JdbcClient jdbc, TransactionTemplate transactions) {}

    /** A database that begins to open now. */
    public Database(StorageConfig config) {
        this.config = config;
        this.opened = CompletableFuture.supplyAsync(this::open, threads);
    }

    /** For statements; waits for the database where it is not open yet. */
    public JdbcClient jdbc() {
        return await().jdbc();
    }

    /** All of it, or nothing. */
    public <T extends @Nullable Object> T inTransaction(Supplier<T> work) {
        return await().transactions().<T>execute(_ -> work.get());
    }

    /**
     * Executes the statement once for each row of parameters: all of them, or none.
     *
     * @return how many rows each of them changed; of inserts the driver may not say
     */
    public int[] batch(String statement, List<@Nullable Object[]> rows) {
        Opened found = await();
        return found.transactions().<int[]>execute(_ -> new JdbcTemplate(found.source()).batchUpdate(statement, rows));
    }

    /**
     * Asks on a virtual thread, for those who must not wait where they are. Who goes away hears no answer, but the question is asked to its end: to
     * interrupt a thread that reads closes H2's file, and with it the database for everybody.
     */
    public <T> Mono<T> ask(Callable<? extends T> question) {
        return Mono.<T>create(sink -> threads.execute(() -> {
            try {
                sink.success(question.call());
            } catch (Throwable failure) {
                sink.error(failure);
            }
        }));
    }

    /** Whether other replicas may use it, too. */
    public boolean isShared() {
        return config.url() != null && config.url().startsWith("jdbc:postgresql:");
    }

    @Override
    public void start() {
        await();
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    @Override
    public void close() {
        opened.thenAccept(found -> found.source().close())
                .exceptionally(_ -> null)
                .join();
        threads.close();
    }

    private Opened await() {
        try {
            return opened.join();
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof StorageFailure known ? known : failure;
        }
    }

    private Opened open() {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("weir");
        pool.setJdbcUrl(url());
        pool.setUsername(config.user());
        pool.setPassword(config.password() == null ? null : config.password().value());
        pool.setMaximumPoolSize(config.connectionsMax());
        pool.setConnectionTimeout(config.connectionWaitMax().toMillis());
        if (isShared()) {
            // Many rows in one statement: the ledger writes a thousand at a time.
            pool.addDataSourceProperty("reWriteBatchedInserts", "true");
            // A replica that is frozen in the middle of a transaction keeps its rows locked, but not for good.
            pool.addDataSourceProperty("options", "-c idle_in_transaction_session_timeout=" + IDLE_MILLIS_MAX);
            // A host that is lost without a word would hold whoever asks it for a quarter of an hour.
            pool.addDataSourceProperty("socketTimeout", Long.toString(secondsUp(config.databaseAnswerMax())));
            pool.addDataSourceProperty("tcpKeepAlive", "true");
        }
        // Or the pool would retry what no waiting mends, and tell its own words instead of the driver's.
        pool.setInitializationFailTimeout(1);
        HikariDataSource source;
        try {
            source = new HikariDataSource(pool);
        } catch (RuntimeException failure) {
            throw cannotOpen(failure);
        }
        try {
            migrate(source);
        } catch (RuntimeException failure) {
            source.close();
            throw failure;
        }
        return new Opened(
                source, JdbcClient.create(source), new TransactionTemplate(new DataSourceTransactionManager(source)));
    }

    private void migrate(HikariDataSource source) {
        FluentConfiguration flyway = Flyway.configure()
                .dataSource(source)
                .communityDBSupportEnabled(false)
                // Stations number their migrations apart, and none touches another one's tables in the same
                // release.
                .outOfOrder(true);
        if (isShared()) {
            // Over a connection of its own: an index over a long ledger may take longer than anybody waits for an
            // answer.
            flyway.jdbcProperties(Map.of("tcpKeepAlive", "true"))
                    .dataSource(
                            url(),
                            config.user(),
                            config.password() == null ? null : config.password().value());
        }
        flyway.load().migrate();
    }

    /** PostgreSQL's driver counts whole seconds, and 0 of them are for ever. */
    private static long secondsUp(Duration duration) {
        return duration.plusSeconds(1).minusNanos(1).toSeconds();
    }

    private String url() {
        String url = config.url() == null ? embeddedUrl() : config.url();
        return url.startsWith("jdbc:h2:") ? url + H2_OPTIONS : url;
    }

    private String embeddedUrl() {
        Path directory = config.directory().toAbsolutePath();
        try {
            if (Files.notExists(directory)) {
                Files.createDirectories(directory.getParent());
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException failure) {
            throw new StorageFailure("cannot make the data directory " + directory + ": " + failure.getMessage());
        }
        return "jdbc:h2:file:" + directory.resolve("weir");
    }

    private StorageFailure cannotOpen(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getErrorCode() == ALREADY_OPEN) {
                return new StorageFailure("another Weir uses the data directory " + config.directory()
                        + ": stop it, or give this one --data-directory");
            }
            if (cause instanceof SQLException sql) {
                return new StorageFailure("cannot open the database: "
                        + String.valueOf(sql.getMessage()).lines().findFirst().orElse(""));
            }
        }
        return new StorageFailure("cannot open the database: " + failure.getMessage());
    }
}
