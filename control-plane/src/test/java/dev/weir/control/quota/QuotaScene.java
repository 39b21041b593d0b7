package dev.weir.control.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.accounting.LedgerTotals;
import dev.weir.control.accounting.ModelPrice;
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
import dev.weir.control.storage.EventLoops;
import dev.weir.control.storage.Redis;
import dev.weir.control.storage.StorageConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Limits, and requests that they apply to. Where they are counted in one place for all, there may be several replicas. */
abstract class QuotaScene {
    /** In the middle of a day and of a minute. */
    static final Instant START = Instant.parse("2026-11-21T10:00:30Z");

    static final ModelPrice PRICE = new ModelPrice(10, 10, 100);
    static final Subject KEY = new Subject(Kind.KEY, "abcdefghijkl");

    @TempDir
    Path directory;

    final AtomicReference<Instant> now = new AtomicReference<>(START);
    final VirtualTimeScheduler timer = VirtualTimeScheduler.create();
    final List<Redis> connections = new ArrayList<>();
    final List<Quota> replicas = new ArrayList<>();
    Database database;
    LimitBook book;
    Caller caller;

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
    Quota replica() {
        StorageConfig.RedisUrl url = storageRedis();
        Redis redis = url == null ? null : new Redis(url, Duration.ofSeconds(10), EventLoops.NONE);
        return replica(redis);
    }

    Quota replica(@Nullable Redis redis) {
        if (redis != null) {
            connections.add(redis);
        }
        Quota quota = new Quota(
                book,
                redis,
                new LedgerTotals(database),
                database,
                EventLoops.NONE,
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

    void limit(Metric metric, Period period, long max) {
        book.create(caller, KEY, null, metric, period, max);
    }

    static CompletionRequest request(String model, long inputBytes, long outputTokensMax) {
        return request(model, inputBytes, outputTokensMax, 1);
    }

    static CompletionRequest request(String model, long inputBytes, long outputTokensMax, int answerCount) {
        OptionalLong max = outputTokensMax < 0 ? OptionalLong.empty() : OptionalLong.of(outputTokensMax);
        return new CompletionRequest(
                "r",
                new Share("acme", 1),
                Endpoint.CHAT_COMPLETIONS,
                model,
                false,
                new Demand(inputBytes, max, answerCount),
                false,
                new JsonBody(new byte[0]),
                Map.of());
    }

    /** Asks for 100 input tokens and 50 output tokens at most. */
    Reservation ask() {
        return ask(replicas.getFirst());
    }

    Reservation ask(Quota quota) {
        return quota.reserve(caller, request("m", 200, 50), PRICE);
    }

    static Verdict verdict(Reservation reservation) {
        Verdict verdict = reservation.verdict().block(Duration.ofSeconds(30));
        assertThat(verdict).isNotNull();
        return verdict;
    }

    static Granted granted(Reservation reservation) {
        Verdict verdict = verdict(reservation);
        assertThat(verdict).isInstanceOf(Granted.class);
        return (Granted) verdict;
    }

    static Refused refused(Reservation reservation) {
        Verdict verdict = verdict(reservation);
        assertThat(verdict).isInstanceOf(Refused.class);
        return (Refused) verdict;
    }

    void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    static Amounts spent(long input, long output) {
        Usage usage = new Usage(input, 0, output);
        return Amounts.spent(usage, PRICE.costNanos(usage));
    }
}
