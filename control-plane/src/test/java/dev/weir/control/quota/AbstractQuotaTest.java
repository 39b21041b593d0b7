package dev.weir.control.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.accounting.AccountingConfig;
import dev.weir.control.accounting.Call;
import dev.weir.control.accounting.Ledger;
import dev.weir.control.accounting.LedgerStore;
import dev.weir.control.accounting.LedgerTotals;
import dev.weir.control.accounting.ModelPrice;
import dev.weir.control.accounting.PriceList;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Demand;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.Share;
import dev.weir.control.completion.Usage;
import dev.weir.control.identity.AuditLog;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.identity.IdentityStore;
import dev.weir.control.identity.Scope;
import dev.weir.control.identity.Tenant;
import dev.weir.control.quota.Limit.Metric;
import dev.weir.control.quota.Limit.Period;
import dev.weir.control.quota.Limit.Subject;
import dev.weir.control.quota.Limit.Subject.Kind;
import dev.weir.control.quota.Verdict.Granted;
import dev.weir.control.quota.Verdict.Refused;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.Redis;
import dev.weir.control.storage.StorageConfig;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Limits, wherever they are counted. Where that is shared, there are two replicas. */
abstract class AbstractQuotaTest {
    /** In the middle of a day and of a minute. */
    private static final Instant START = Instant.parse("2026-11-21T10:00:30Z");

    private static final ModelPrice PRICE = new ModelPrice(10, 10, 100);
    private static final Subject KEY = new Subject(Kind.KEY, "abcdefghijkl");

    @TempDir
    Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final VirtualTimeScheduler timer = VirtualTimeScheduler.create();
    private final List<Redis> connections = new ArrayList<>();
    private final List<Quota> replicas = new ArrayList<>();
    private Database database;
    private LimitBook book;
    private Caller caller;

    abstract StorageConfig storage();

    @BeforeEach
    void start() {
        database = new Database(storage());
        ChangeLog changes = new ChangeLog(database, new IdentityStore(database), new AuditLog(database), now::get);
        book = new LimitBook(database, changes, 100);
        caller = new Caller(
                new Tenant("acme", "ACME", 1, Tenant.DataResidency.LOCAL_ONLY, true, START),
                "anna",
                "abcdefghijkl",
                Set.of(Scope.INFERENCE));
        replicas.add(replica());
    }

    /** One more process over the same storage. */
    private Quota replica() {
        StorageConfig.RedisUrl url = storageRedis();
        Redis redis = url == null ? null : new Redis(url, Duration.ofSeconds(10));
        if (redis != null) {
            connections.add(redis);
        }
        Quota quota = new Quota(
                book,
                redis,
                new LedgerTotals(database),
                database,
                new QuotaConfig(null, 4096, 100, Duration.ofSeconds(10)),
                now::get,
                timer,
                model -> model.equals("known") ? OptionalLong.of(512) : OptionalLong.empty());
        quota.start();
        return quota;
    }

    abstract StorageConfig.@Nullable RedisUrl storageRedis();

    @AfterEach
    void stop() {
        replicas.forEach(Quota::stop);
        connections.forEach(Redis::close);
        database.close();
    }

    private void limit(Metric metric, Period period, long max) {
        book.create(caller, KEY, null, metric, period, max);
    }

    private static CompletionRequest request(String model, long inputBytes, long outputTokensMax) {
        OptionalLong max = outputTokensMax < 0 ? OptionalLong.empty() : OptionalLong.of(outputTokensMax);
        return new CompletionRequest(
                "r",
                new Share("acme", 1),
                Endpoint.CHAT_COMPLETIONS,
                model,
                false,
                new Demand(inputBytes, max, 1),
                false,
                new JsonBody(new byte[0]),
                Map.of());
    }

    /** Asks for 100 input tokens and 50 output tokens at most. */
    private Reservation ask() {
        return ask(replicas.getFirst());
    }

    private Reservation ask(Quota quota) {
        return quota.reserve(caller, request("m", 200, 50), PRICE);
    }

    private static Verdict verdict(Reservation reservation) {
        Verdict verdict = reservation.verdict().block(Duration.ofSeconds(30));
        assertThat(verdict).isNotNull();
        return verdict;
    }

    private static Granted granted(Reservation reservation) {
        Verdict verdict = verdict(reservation);
        assertThat(verdict).isInstanceOf(Granted.class);
        return (Granted) verdict;
    }

    private static Refused refused(Reservation reservation) {
        Verdict verdict = verdict(reservation);
        assertThat(verdict).isInstanceOf(Refused.class);
        return (Refused) verdict;
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    private static Amounts spent(long input, long output) {
        Usage usage = new Usage(input, 0, output);
        return Amounts.spent(usage, PRICE.costNanos(usage));
    }

    @Test
    void withoutALimitNothingIsRefused() {
        for (int i = 0; i < 100; i++) {
            assertThat(granted(ask()).levels()).isEmpty();
        }
    }

    @Test
    void requestsPerMinuteComeBackEvenly() {
        limit(Metric.REQUESTS, Period.MINUTE, 6);
        for (int i = 0; i < 6; i++) {
            Reservation reservation = ask();
            assertThat(granted(reservation).levels().getFirst().left()).isEqualTo(5 - i);
            reservation.settle(spent(10, 10));
        }
        Refused refused = refused(ask());
        assertThat(refused.delay()).isEqualTo(Duration.ofSeconds(10));
        assertThat(refused.worthRetrying()).isTrue();
        assertThat(refused.reason()).contains("requests per minute of key abcdefghijkl");
        pass(Duration.ofSeconds(10));
        granted(ask());
        refused(ask());
    }

    @Test
    void whatWasReservedTooMuchComesBackWhenTheRequestEnds() {
        limit(Metric.OUTPUT_TOKENS, Period.MINUTE, 100);
        Reservation first = ask();
        granted(first);
        Reservation second = ask();
        granted(second);
        refused(ask());
        first.settle(spent(10, 1));
        second.settle(spent(10, 1));
        first.settle(spent(10, 1));
        assertThat(granted(ask()).levels().getFirst().left()).isEqualTo(48);
    }

    @Test
    void aRefusedRequestCostsNothingOfAnyLimit() {
        limit(Metric.REQUESTS, Period.DAY, 100);
        limit(Metric.CONCURRENCY, Period.AT_ONCE, 1);
        Reservation held = ask();
        granted(held);
        for (int i = 0; i < 200; i++) {
            Reservation refused = ask();
            refused(refused);
            refused.settle(spent(1000, 1000));
        }
        held.settle(spent(1, 1));
        for (int i = 0; i < 99; i++) {
            Reservation reservation = ask();
            granted(reservation);
            reservation.settle(spent(1, 1));
        }
        assertThat(refused(ask()).limit().metric()).isEqualTo(Metric.REQUESTS);
    }

    @Test
    void aRequestWithoutAnAnswerCostsNothing() {
        limit(Metric.REQUESTS, Period.DAY, 1);
        for (int i = 0; i < 5; i++) {
            Reservation reservation = ask();
            granted(reservation);
            reservation.settle(Amounts.nothing());
        }
    }

    @Test
    void aBudgetEndsWithItsDayAndIsNotWorthRetrying() {
        // A reservation is for 100 input tokens at 10 and 50 output tokens at 100.
        limit(Metric.COST, Period.DAY, 6000);
        Reservation reservation = ask();
        granted(reservation);
        assertThat(refused(ask()).worthRetrying()).isFalse();
        reservation.settle(spent(100, 50));
        Refused refused = refused(ask());
        assertThat(refused.reason()).contains("budget of cost per day of key abcdefghijkl is spent");
        assertThat(refused.delay()).isEqualTo(Duration.between(START, Instant.parse("2026-11-22T00:00:00Z")));
        pass(refused.delay());
        granted(ask());
    }

    @Test
    void aMonthIsACalendarMonth() {
        limit(Metric.TOKENS, Period.MONTH, 200);
        granted(ask());
        assertThat(refused(ask()).delay()).isEqualTo(Duration.between(START, Instant.parse("2026-12-01T00:00:00Z")));
    }

    @Test
    void aRequestThatCanNeverFitIsToldWhatToDo() {
        limit(Metric.OUTPUT_TOKENS, Period.MINUTE, 1000);
        Quota quota = replicas.getFirst();
        // Nobody said how long the answer may be, so it may fill the context.
        Refused refused = refused(quota.reserve(caller, request("m", 10, -1), PRICE));
        assertThat(refused.reason()).contains("4096", "send max_tokens");
        assertThat(refused.worthRetrying()).isFalse();
        granted(quota.reserve(caller, request("known", 10, -1), PRICE));
        assertThat(refused(quota.reserve(caller, request("m", 10, 1001), PRICE)).reason())
                .contains("ask for less");
    }

    @Test
    void limitsOfKeyUserTenantModelAndEveryoneAllHold() {
        Quota quota = replicas.getFirst();
        for (Subject subject : List.of(
                KEY,
                new Subject(Kind.USER, "anna"),
                new Subject(Kind.TENANT, "acme"),
                new Subject(Kind.EVERYONE, ""))) {
            Limit limit = book.create(caller, subject, "m", Metric.REQUESTS, Period.DAY, 1);
            Reservation reservation = ask();
            granted(reservation);
            assertThat(refused(ask()).limit()).isEqualTo(limit);
            granted(quota.reserve(caller, request("other", 10, 10), PRICE));
            book.remove(caller, limit.id());
            granted(ask());
        }
        book.create(caller, new Subject(Kind.TENANT, "umbrella"), null, Metric.REQUESTS, Period.DAY, 1);
        granted(ask());
        granted(ask());
    }

    @Test
    void aLimitThatIsChangedKeepsWhatIsSpent() {
        Limit limit = book.create(caller, KEY, null, Metric.REQUESTS, Period.DAY, 1);
        Reservation first = ask();
        granted(first); // or the next might be taken before it
        first.settle(spent(1, 1));
        refused(ask());
        book.change(caller, limit.id(), 2);
        granted(ask());
        refused(ask());
    }

    @Test
    void slotsOfAReplicaThatDiedComeFreeAndThoseOfOneThatLivesDoNot() {
        limit(Metric.CONCURRENCY, Period.AT_ONCE, 1);
        Reservation held = ask();
        granted(held);
        for (int i = 0; i < 10; i++) {
            pass(Duration.ofSeconds(10));
            timer.advanceTimeBy(Duration.ofSeconds(10));
            await().until(() -> isRefused(ask()));
        }
        // It renews no more, as if it were killed.
        replicas.getFirst().stop();
        pass(Duration.ofSeconds(29));
        refused(ask());
        pass(Duration.ofSeconds(1));
        granted(ask());
    }

    private static boolean isRefused(Reservation reservation) {
        boolean refused = verdict(reservation) instanceof Refused;
        reservation.settle(Amounts.nothing());
        return refused;
    }

    @Test
    void whoLeavesBeforeTheVerdictLeavesNothingBehind() {
        limit(Metric.CONCURRENCY, Period.AT_ONCE, 1);
        for (int i = 0; i < 50; i++) {
            Reservation reservation = ask();
            // Before, while or after it is answered: whoever asks next is let in as soon as it is.
            reservation.verdict().subscribe().dispose();
            reservation.settle(Amounts.nothing());
            await().pollInterval(Duration.ofMillis(1)).until(() -> isGrantedAndSettled(ask()));
        }
        assertThat(replicas.getFirst().heldCount()).isZero();
    }

    private static boolean isGrantedAndSettled(Reservation reservation) {
        boolean granted = verdict(reservation) instanceof Granted;
        reservation.settle(Amounts.nothing());
        return granted;
    }

    @Test
    void aSumThatNobodyHasInMindBeginsWithWhatTheLedgerSays() {
        AccountingConfig config =
                new AccountingConfig(Duration.ofMillis(20), 100, 100, DataSize.ofMegabytes(1), Duration.ofSeconds(5));
        Ledger ledger = new Ledger(
                new LedgerStore(database),
                directory,
                config,
                () -> new PriceList(Map.of("m", PRICE)),
                now::get,
                new SimpleMeterRegistry(),
                Clock.SYSTEM);
        ledger.start();
        Call call = ledger.begin(caller, request("m", 200, 50), null);
        call.answered();
        call.told(new Usage(60, 0, 40));
        ledger.record(call, "200");
        ledger.record(ledger.begin(caller, request("m", 200, 50), null), "503");
        ledger.stop();
        limit(Metric.TOKENS, Period.DAY, 250);
        limit(Metric.REQUESTS, Period.DAY, 2);
        granted(ask());
        Refused refused = refused(ask());
        assertThat(refused.reason()).contains("left 0");
    }

    /** The promise: 200 clients on two replicas, and no budget is ever overshot. */
    @Test
    void underManyClientsOnTwoReplicasABudgetIsNeverOvershotAndNothingLeaks() throws Exception {
        long budget = 60_000;
        int slotsMax = 20;
        limit(Metric.TOKENS, Period.DAY, budget);
        limit(Metric.CONCURRENCY, Period.AT_ONCE, slotsMax);
        if (storageRedis() != null) {
            replicas.add(replica());
        }
        AtomicLong spent = new AtomicLong();
        AtomicLong underWay = new AtomicLong();
        AtomicLong underWayMost = new AtomicLong();
        AtomicLong spentMost = new AtomicLong();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Quota quota = replicas.get(i % replicas.size());
                SplittableRandom random = new SplittableRandom(i);
                running.add(clients.submit(() -> {
                    while (true) {
                        Reservation reservation = ask(quota);
                        Verdict verdict = verdict(reservation);
                        if (verdict instanceof Refused refused
                                && refused.limit().isBudget()) {
                            return;
                        }
                        if (!(verdict instanceof Granted)) {
                            assertThat(verdict).isInstanceOf(Refused.class);
                            continue;
                        }
                        underWayMost.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                        long took = random.nextLong(1, 151);
                        spentMost.accumulateAndGet(spent.addAndGet(took), Math::max);
                        underWay.decrementAndGet();
                        reservation.settle(new Amounts(1, took, 0, 0, 0));
                    }
                }));
            }
            for (Future<?> client : running) {
                client.get();
            }
        }
        assertThat(underWayMost.get()).isLessThanOrEqualTo(slotsMax);
        assertThat(spentMost.get()).isLessThanOrEqualTo(budget);
        // All of it could be spent, but for what one request might have taken and those under way at the end gave back.
        assertThat(spent.get()).isGreaterThan(budget - 150L * (slotsMax + 1));
        await().until(() -> replicas.stream().allMatch(quota -> quota.heldCount() == 0));
    }
}
