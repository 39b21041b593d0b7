package dev.weir.control.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Demand;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.Share;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Scope;
import dev.weir.control.identity.Tenant;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.SilentRelay;
import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** The ledger while PostgreSQL says nothing, for a minute if it were waited for. */
class LedgerOutageTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final Duration MUCH_LESS_THAN_A_MINUTE = Duration.ofSeconds(15);

    @TempDir
    Path directory;

    private Database direct;
    private SilentRelay relay;
    private Database relayed;
    private Ledger ledger;

    @BeforeEach
    void start() throws IOException {
        StorageConfig storage = TestDatabases.postgres();
        direct = new Database(storage);
        String url = Objects.requireNonNull(storage.url());
        int port = URI.create(url.substring("jdbc:".length())).getPort();
        relay = new SilentRelay(port);
        relayed = new Database(new StorageConfig(
                directory,
                url.replace(":" + port, ":" + relay.port()),
                storage.user(),
                null,
                8,
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                null,
                Duration.ofSeconds(2)));
        AccountingConfig config = new AccountingConfig(
                Duration.ofMillis(20), 65_536, 1000, DataSize.ofMegabytes(1), Duration.ofMillis(20));
        ledger = new Ledger(
                new LedgerStore(relayed),
                directory,
                config,
                _ -> new PriceList(Map.of()),
                () -> NOW,
                new SimpleMeterRegistry(),
                Clock.SYSTEM);
        ledger.start();
        book("before");
        Awaitility.await().until(() -> rowCount() == 1);
    }

    @AfterEach
    void stop() throws IOException {
        relay.speak();
        ledger.stop();
        relayed.close();
        relay.close();
        direct.close();
    }

    @Test
    void whileTheDatabaseSaysNothingTheSpoolHasWhatEndedAndAfterwardsTheDatabaseHasItOnce() {
        relay.fallSilent();
        for (int i = 0; i < 10; i++) {
            String feature = "call-" + i;
            book(feature);
            Awaitility.await().atMost(MUCH_LESS_THAN_A_MINUTE).until(() -> isSpooled(feature));
        }
        assertThat(rowCount()).as("of calls that ended later than the first").isLessThanOrEqualTo(2);
        relay.speak();
        Awaitility.await().until(() -> rowCount() == 11);
        Awaitility.await().until(() -> spoolFiles().noneMatch(Files::exists));
        book("after");
        Awaitility.await().until(() -> rowCount() == 12);
    }

    @Test
    void whatIsInHandAtTheEndIsInTheSpool() {
        relay.fallSilent();
        book("last");
        ledger.stop();
        assertThat(isSpooled("last")).isTrue();
    }

    private Stream<Path> spoolFiles() {
        return Stream.of(directory.resolve("ledger-spool.jsonl"), directory.resolve("ledger-spool-leaving.jsonl"));
    }

    private boolean isSpooled(String feature) {
        return spoolFiles().anyMatch(file -> {
            try {
                return Files.readString(file).contains('"' + feature + '"');
            } catch (IOException _) {
                return false; // Not there, or it gets another name just now.
            }
        });
    }

    private long rowCount() {
        return direct.jdbc()
                .sql("select count(*) from ledger")
                .query(Long.class)
                .single();
    }

    private void book(String feature) {
        Caller caller = new Caller(
                new Tenant("acme", "acme", 1, Tenant.DataResidency.LOCAL_ONLY, true, NOW),
                null,
                "abcdefghijkl",
                Set.of(Scope.INFERENCE));
        CompletionRequest request = new CompletionRequest(
                "same",
                new Share("t", 1),
                Endpoint.CHAT_COMPLETIONS,
                "fast",
                true,
                new Demand(400, OptionalLong.empty(), 1),
                false,
                new JsonBody(new byte[400]),
                Map.of());
        ledger.record(ledger.begin(caller, request, feature), "200");
    }
}
