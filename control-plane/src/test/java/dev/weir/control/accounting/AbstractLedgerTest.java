package dev.weir.control.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.accounting.CostReports.Row;
import dev.weir.control.accounting.CostReports.Selection;
import dev.weir.control.accounting.CostReports.Tag;
import dev.weir.control.accounting.LedgerSearch.Wanted;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Demand;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.EngineTimes;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.Share;
import dev.weir.control.completion.Usage;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Scope;
import dev.weir.control.identity.Tenant;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.StorageConfig;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** What is booked, in whichever database. */
abstract class AbstractLedgerTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final PriceList PRICES =
            new PriceList(Map.of("fast", new ModelPrice(100, 10, 400), "power", new ModelPrice(1000, 100, 4000)));
    private static final Selection ALL = new Selection(NOW.minusSeconds(3600), NOW.plusSeconds(3600), Optional.empty());

    @TempDir
    Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Database database;
    private Ledger ledger;
    private CostReports reports;

    abstract StorageConfig storage();

    @BeforeEach
    void start() {
        database = new Database(storage());
        ledger = ledger(65_536);
        reports = new CostReports(database, () -> PRICES);
    }

    @AfterEach
    void stop() {
        ledger.stop();
        database.close();
    }

    private Ledger ledger(int entriesWaitingMax) {
        AccountingConfig config = new AccountingConfig(
                Duration.ofMillis(20), entriesWaitingMax, 1000, DataSize.ofMegabytes(1), Duration.ofMillis(20));
        return new Ledger(new LedgerStore(database), directory, config, _ -> PRICES, () -> NOW, meters, Clock.SYSTEM);
    }

    private static Caller caller(String tenant) {
        return new Caller(
                new Tenant(tenant, tenant, 1, Tenant.DataResidency.LOCAL_ONLY, true, NOW),
                null,
                "abcdefghijkl",
                Set.of(Scope.INFERENCE));
    }

    private static CompletionRequest request(String id, String model) {
        return new CompletionRequest(
                id,
                new Share("t", 1),
                Endpoint.CHAT_COMPLETIONS,
                model,
                true,
                new Demand(400, OptionalLong.empty(), 1),
                false,
                new JsonBody(new byte[400]),
                Map.of());
    }

    private Call call(String tenant, String model, @Nullable String feature) {
        return ledger.begin(caller(tenant), request("same", model), feature);
    }

    private void book(String tenant, String model, @Nullable String feature, Usage usage) {
        Call call = call(tenant, model, feature);
        call.answered();
        call.told(usage);
        ledger.record(call, "200");
    }

    private long rowCount() {
        return reports.by(List.of(), ALL).getFirst().callCount();
    }

    /** What is counted of it may have been asked for by then, and has to be what is booked. */
    @Test
    void whatComesWhenACallIsOverIsNotOfIt() {
        Call left = call("acme", "fast", null);
        left.answered();
        left.piecesPassed(2);
        left.over();
        Usage counted = left.usage();
        left.piecesPassed(1);
        left.told(new Usage(1000, 0, 50));
        assertThat(left.usage()).isEqualTo(counted).isEqualTo(new Usage(100, 0, 2));
        assertThat(left.entry("cancelled").usage()).isEqualTo(counted);
        Call unanswered = call("acme", "fast", null);
        unanswered.over();
        unanswered.answered();
        assertThat(unanswered.wasAnswered()).isFalse();
        assertThat(unanswered.costNanos()).isZero();
    }

    @Test
    void trafficIsCountedBySlotsOfTime() {
        ledger.start();
        book("acme", "fast", null, new Usage(1000, 400, 50));
        book("acme", "fast", null, new Usage(10, 0, 5));
        ledger.record(call("acme", "fast", null), "503");
        ledger.stop();
        TrafficReports traffic = new TrafficReports(database);
        List<TrafficReports.Slot> slots =
                traffic.slots(NOW.minusSeconds(60), NOW.plusSeconds(60), Duration.ofSeconds(5));
        assertThat(slots).singleElement().satisfies(slot -> {
            assertThat(slot.start()).isEqualTo(NOW);
            assertThat(List.of(slot.calls(), slot.failed(), slot.known(), slot.inputTokens(), slot.outputTokens()))
                    .containsExactly(3L, 1L, 0L, 1010L, 55L);
            assertThat(slot.firstTokenMillis()).isNotNull().isGreaterThanOrEqualTo(0);
            assertThat(slot.tokenMillis()).isNotNull();
        });
        assertThat(traffic.slots(NOW.plusSeconds(1), NOW.plusSeconds(60), Duration.ofSeconds(5)))
                .isEmpty();
    }

    @Test
    void callsAreFoundByWhatIsKnownOfThem() {
        ledger.start();
        book("acme", "fast", "search", new Usage(1000, 400, 50));
        book("umbrella", "power", null, new Usage(10, 0, 5));
        ledger.stop();
        LedgerSearch search = new LedgerSearch(database);
        Wanted any = new Wanted("same", null, null, null, null, null, null, null, null);
        Wanted acme = new Wanted(null, " acme ", null, null, "search", "fast", null, "200", NOW.plusSeconds(1));
        Wanted older = new Wanted(null, null, null, null, null, null, null, null, NOW);
        assertThat(search.find(any, 10)).hasSize(2);
        assertThat(search.find(any, 1)).hasSize(1);
        assertThat(search.find(older, 10)).isEmpty();
        LedgerEntry found = search.find(acme, 10).getFirst();
        assertThat(found.usage()).isEqualTo(new Usage(1000, 400, 50));
        assertThat(search.byId(found.id())).contains(found);
        assertThat(search.byId("nothing")).isEmpty();
    }

    @Test
    void aCallsWayIsKeptWithTheEnginesThatFailedIt() {
        ledger.start();
        Call call = call("acme", "fast", null);
        call.failedAt("one", "it broke; twice");
        call.failedAt("two", "it has no room");
        EngineTimes times = new EngineTimes(1_000, 2_000_000, 3_000);
        call.engineTook(times);
        call.answered();
        ledger.record(call, "200");
        ledger.stop();
        LedgerEntry kept = new LedgerSearch(database).byId(call.id()).orElseThrow();
        assertThat(kept.tries()).isEqualTo("one: it broke, twice; two: it has no room");
        assertThat(kept.engineTimes()).isEqualTo(times);
    }

    @Test
    void whatSomebodyHasSpentIsWhatLimitsCount() {
        ledger.start();
        book("acme", "fast", "search", new Usage(1000, 0, 50));
        Call known = call("acme", "fast", null);
        known.cached("exact", new Usage(1000, 0, 50));
        ledger.record(known, "200");
        book("acme", "fast", Call.CACHE_CHECK, new Usage(10, 0, 5));
        book("acme", "fast", Call.UPGRADE_REJECTED, new Usage(100, 0, 7));
        book("acme", "power", null, new Usage(100, 0, 1));
        book(Call.SHADOW_TENANT, "fast", "shadow", new Usage(20, 0, 2));
        ledger.record(call("acme", "fast", null), "503");
        ledger.stop();
        LedgerTotals totals = new LedgerTotals(database);
        Instant from = NOW.minusSeconds(60);
        assertThat(totals.since(from, new LedgerTotals.Whose("acme", null, null, null, null)))
                .as("a known answer takes no tokens, and what was not sent is no request")
                .isEqualTo(new LedgerTotals.Total(3, new Usage(1200, 0, 58), 236_800));
        assertThat(totals.since(from, new LedgerTotals.Whose(null, null, null, null, null)))
                .as("of everyone: copies are nobody's")
                .isEqualTo(new LedgerTotals.Total(3, new Usage(1200, 0, 58), 236_800));
        assertThat(totals.since(from, new LedgerTotals.Whose("acme", null, null, "fast", null)))
                .as("what was not sent was an answer of its model")
                .isEqualTo(new LedgerTotals.Total(3, new Usage(1100, 0, 57), 132_800));
    }

    @Test
    void costsAreSumsByAnyTag() {
        ledger.start();
        book("acme", "fast", "search", new Usage(1000, 400, 50));
        book("acme", "power", "chat", new Usage(10, 0, 5));
        book("umbrella", "fast", null, new Usage(1, 0, 1));
        ledger.stop();
        assertThat(reports.by(List.of(Tag.TENANT, Tag.MODEL), ALL))
                .containsExactly(
                        new Row(
                                Map.of("tenant", "acme", "model", "fast"),
                                1,
                                new Usage(1000, 400, 50),
                                600 * 100 + 400 * 10 + 50 * 400),
                        new Row(
                                Map.of("tenant", "acme", "model", "power"),
                                1,
                                new Usage(10, 0, 5),
                                10 * 1000 + 5 * 4000),
                        new Row(Map.of("tenant", "umbrella", "model", "fast"), 1, new Usage(1, 0, 1), 500));
        for (Tag tag : Tag.values()) {
            assertThat(reports.by(List.of(tag), ALL).stream()
                            .mapToLong(Row::callCount)
                            .sum())
                    .as(tag.text())
                    .isEqualTo(3);
        }
        assertThat(reports.by(List.of(), new Selection(ALL.from(), ALL.to(), Optional.of("acme")))
                        .getFirst()
                        .callCount())
                .isEqualTo(2);
        assertThat(reports.by(List.of(), new Selection(NOW.plusNanos(1_000_000), ALL.to(), Optional.empty()))
                        .getFirst()
                        .callCount())
                .isZero();
    }

    @Test
    void savingsAreTheSameTokensAtTheOtherModelsPrices() {
        ledger.start();
        book("acme", "fast", null, new Usage(1000, 400, 50));
        ledger.stop();
        CostReports.Savings savings = reports.against("power", ALL);
        assertThat(savings.baselineNanos()).isEqualTo(600 * 1000 + 400 * 100 + 50 * 4000);
        assertThat(savings.savedNanos()).isEqualTo(savings.baselineNanos() - savings.costNanos());
    }

    @Test
    void whatWeirComputesForItsOwnSakeCostsAndSavesNothing() {
        ledger.start();
        book("acme", "fast", "chat", new Usage(1000, 400, 50));
        book("acme", "fast", Call.CACHE_CHECK, new Usage(1000, 400, 50));
        book("acme", "fast", Call.UPGRADE_REJECTED, new Usage(1000, 400, 50));
        book(Call.SHADOW_TENANT, "fast", "shadow", new Usage(1000, 400, 50));
        ledger.stop();
        CostReports.Savings savings = reports.against("power", ALL);
        assertThat(savings.callCount()).isEqualTo(1);
        assertThat(savings.baselineNanos()).isEqualTo(600 * 1000 + 400 * 100 + 50 * 4000);
        assertThat(savings.costNanos()).isEqualTo(4 * (600 * 100 + 400 * 10 + 50 * 400));
    }

    @Test
    void callsThatTheirCallerNamesAlikeAreTwoCalls() {
        ledger.start();
        book("acme", "fast", null, new Usage(1, 0, 1));
        book("acme", "fast", null, new Usage(1, 0, 1));
        ledger.stop();
        assertThat(rowCount()).isEqualTo(2);
    }

    @Test
    void bookingTwiceIsBookingOnce() {
        LedgerStore store = new LedgerStore(database);
        Call call = call("acme", "fast", null);
        LedgerEntry entry = call.entry("200");
        store.insert(List.of(entry));
        store.insert(List.of(entry, call("acme", "fast", null).entry("200")));
        assertThat(rowCount()).isEqualTo(2);
    }

    @Test
    void stoppingWritesWhatWaits() {
        ledger.start();
        for (int i = 0; i < 2000; i++) {
            book("acme", "fast", null, new Usage(1, 0, 1));
        }
        ledger.stop();
        assertThat(rowCount()).isEqualTo(2000);
    }

    @Test
    void whatFindsNoPlaceGoesToTheSpoolAndFromThereToTheDatabase() {
        ledger = ledger(1);
        // Nobody writes yet, so one waits and the others find no place.
        for (int i = 0; i < 10; i++) {
            book("acme", "fast", null, new Usage(1, 0, 1));
        }
        assertThat(directory.resolve("ledger-spool.jsonl")).exists();
        ledger.start();
        Awaitility.await().until(this::rowCount, count -> count == 10);
        Awaitility.await().until(() -> Files.notExists(directory.resolve("ledger-spool-leaving.jsonl")));
        assertThat(meters.counter("weir.ledger.lost").count()).isZero();
    }

    @Test
    void aDatabaseThatIsAwayLosesNothing() {
        database.jdbc().sql("alter table ledger rename to ledger_away").update();
        ledger.start();
        for (int i = 0; i < 10; i++) {
            book("acme", "fast", "f" + i, new Usage(1, 0, 1));
        }
        Awaitility.await()
                .until(() -> Files.exists(directory.resolve("ledger-spool.jsonl"))
                        || Files.exists(directory.resolve("ledger-spool-leaving.jsonl")));
        database.jdbc().sql("alter table ledger_away rename to ledger").update();
        Awaitility.await().until(this::rowCount, count -> count == 10);
    }

    @Test
    void aLineThatACrashToreIsLeftOutAndNoOther() throws IOException {
        Spool spool = new Spool(directory, 1_000_000);
        Path file = directory.resolve("ledger-spool.jsonl");
        spool.add(List.of(call("acme", "fast", null).entry("200")));
        Files.writeString(file, "{\"id\":\"torn", StandardOpenOption.APPEND);
        Files.writeString(file, "\n", StandardOpenOption.APPEND);
        spool.add(List.of(call("acme", "fast", null).entry("200")));
        LedgerStore store = new LedgerStore(database);
        spool.bringTo(store::insert);
        assertThat(rowCount()).isEqualTo(2);
        assertThat(spool.isEmpty()).isTrue();
    }

    @Test
    void aSpoolThatIsFullSaysSo() throws IOException {
        Spool spool = new Spool(directory, 10);
        spool.add(List.of(call("acme", "fast", null).entry("200")));
        assertThatThrownBy(() -> spool.add(List.of(call("acme", "fast", null).entry("200"))))
                .hasMessageContaining("weir.accounting.spool-size-max");
    }

    @Test
    void whateverACallerNamesKeepsNoOtherRowOut() {
        ledger.start();
        book("acme", "x".repeat(10_000), null, Usage.NONE);
        book("acme", "nul\0character", null, Usage.NONE);
        book("acme", "fast", null, Usage.NONE);
        ledger.stop();
        assertThat(rowCount()).isEqualTo(3);
    }

    @Test
    void whoLeftBeforeTheEndPaysForWhatPassed() {
        Call call = call("acme", "fast", null);
        assertThat(call.costNanos()).isZero();
        call.answered();
        call.piecesPassed(7);
        assertThat(call.usage()).isEqualTo(new Usage(100, 0, 7));
        LedgerEntry entry = call.entry("cancelled");
        assertThat(entry.usageTold()).isFalse();
        assertThat(entry.costNanos()).isEqualTo(100 * 100 + 7 * 400);
    }
}
