package dev.weir.control.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.accounting.AccountingConfig;
import dev.weir.control.accounting.Call;
import dev.weir.control.accounting.Ledger;
import dev.weir.control.accounting.LedgerStore;
import dev.weir.control.accounting.PriceList;
import dev.weir.control.completion.Usage;
import dev.weir.control.quota.Limit.Metric;
import dev.weir.control.quota.Limit.Period;
import dev.weir.control.quota.Verdict.Granted;
import dev.weir.control.quota.Verdict.Refused;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** Limits under replicas that die, callers that leave, restarts and many clients at a time. */
abstract class AbstractQuotaRaceTest extends QuotaScene {

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

    @Test
    void aSumThatNobodyHasInMindBeginsWithWhatTheLedgerSays() {
        AccountingConfig config =
                new AccountingConfig(Duration.ofMillis(20), 100, 100, DataSize.ofMegabytes(1), Duration.ofSeconds(5));
        Ledger ledger = new Ledger(
                new LedgerStore(database),
                directory,
                config,
                _ -> new PriceList(Map.of("m", PRICE)),
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

    private static boolean isRefused(Reservation reservation) {
        boolean refused = verdict(reservation) instanceof Refused;
        reservation.settle(Amounts.nothing());
        return refused;
    }

    private static boolean isGrantedAndSettled(Reservation reservation) {
        boolean granted = verdict(reservation) instanceof Granted;
        reservation.settle(Amounts.nothing());
        return granted;
    }
}
