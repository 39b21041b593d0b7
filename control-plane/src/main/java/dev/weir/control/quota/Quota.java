package dev.weir.control.quota;

import dev.weir.control.accounting.LedgerTotals;
import dev.weir.control.accounting.ModelPrice;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Demand;
import dev.weir.control.completion.Saturating;
import dev.weir.control.identity.Caller;
import dev.weir.control.quota.Counters.Lease;
import dev.weir.control.quota.Limit.Metric;
import dev.weir.control.quota.Limit.Period;
import dev.weir.control.quota.Limit.Subject;
import dev.weir.control.quota.Limit.Subject.Kind;
import dev.weir.control.quota.Taking.Taken;
import dev.weir.control.quota.Taking.TooMuch;
import dev.weir.control.quota.Taking.Unseeded;
import dev.weir.control.quota.Verdict.Granted;
import dev.weir.control.quota.Verdict.Level;
import dev.weir.control.quota.Verdict.Refused;
import dev.weir.control.quota.Verdict.Unavailable;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.EventLoops;
import dev.weir.control.storage.Redis;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Sets aside what requests can take, and puts right what they took.
 *
 * <p>Thread-safety: safe; what is shared is in the counters.
 */
public final class Quota implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Quota.class);
    /** A sum is begun once for each limit and period, so a second attempt that finds another one unbegun is rare already. */
    private static final int ATTEMPTS_MAX = 4;
    /** Of corrections that failed, some megabytes. */
    private static final int CORRECTIONS_KEPT_MAX = 10_000;
    /** So that requests find a place beside them. */
    private static final int CORRECTIONS_AT_ONCE_MAX = 1_000;

    private final LimitBook limits;
    private final Counters counters;
    private final LedgerTotals ledger;
    private final Database database;
    private final EventLoops loops;
    private final QuotaConfig config;
    private final InstantSource clock;
    private final Scheduler timer;
    private final Function<String, OptionalLong> contextTokens;
    private final Map<String, List<Lease>> held = new ConcurrentHashMap<>();
    private final BlockingQueue<Correction> uncorrected = new ArrayBlockingQueue<>(CORRECTIONS_KEPT_MAX);
    private final String leasePrefix = UUID.randomUUID().toString();
    private final AtomicLong leaseCount = new AtomicLong();
    private volatile @Nullable Disposable renewing;

    private record Correction(String leaseId, List<Claim> claims) {}

    /**
     * Quota over counters in the Redis, if there is one, or else in this process.
     *
     * @param contextTokens how many tokens a model's context holds, where that is known
     */
    public Quota(
            LimitBook limits,
            @Nullable Redis redis,
            LedgerTotals ledger,
            Database database,
            EventLoops loops,
            QuotaConfig config,
            InstantSource clock,
            Scheduler timer,
            Function<String, OptionalLong> contextTokens) {
        this.limits = limits;
        this.counters = redis == null ? new InProcessCounters() : new RedisCounters(redis);
        this.ledger = ledger;
        this.database = database;
        this.loops = loops;
        this.config = config;
        this.clock = clock;
        this.timer = timer;
        this.contextTokens = contextTokens;
    }

    /** Sets aside what the request can take at most. Whatever its verdict, a reservation has to be settled. */
    public Reservation reserve(Caller caller, CompletionRequest request, ModelPrice price) {
        return reserve(limits.of(caller, request.model()), request, price);
    }

    /** Sets aside one request of this minute, for one that no model is to answer: a pace, of which no budget of a day or a month is spent. */
    public Reservation reserveUnanswered(Caller caller, CompletionRequest request) {
        List<Limit> ofRequests = limits.of(caller, request.model()).stream()
                .filter(limit -> limit.metric() == Metric.REQUESTS && !limit.isBudget())
                .toList();
        return reserve(ofRequests, request, ModelPrice.FREE);
    }

    /**
     * Sets aside what a better model's answer can take beside the first one's: it is the same request, which has its slot, but a new one to the
     * limits of that model.
     */
    public Reservation reserveBetter(Caller caller, CompletionRequest better, ModelPrice price) {
        List<Limit> ofAnswers = limits.of(caller, better.model()).stream()
                .filter(limit -> switch (limit.metric()) {
                    case CONCURRENCY -> false;
                    case REQUESTS -> limit.model() != null;
                    case INPUT_TOKENS, OUTPUT_TOKENS, TOKENS, COST -> true;
                })
                .toList();
        return reserve(ofAnswers, better, price);
    }

    private Reservation reserve(List<Limit> applying, CompletionRequest request, ModelPrice price) {
        if (applying.isEmpty()) {
            return decided(new Granted(List.of()));
        }
        Amounts estimate = estimate(request, price);
        Instant now = clock.instant();
        List<Claim> claims = applying.stream()
                .map(limit -> Claim.of(limit, estimate.of(limit.metric()), now))
                .toList();
        Optional<Refused> never = never(claims, request);
        if (never.isPresent()) {
            return decided(never.get());
        }
        String leaseId = leasePrefix + "-" + leaseCount.incrementAndGet();
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        take(leaseId, claims, now, 1)
                .onErrorResume(failure -> {
                    log.warn("limits cannot be counted: {}", failure.toString());
                    return Mono.just(new Unavailable("limits cannot be counted now"));
                })
                .subscribe(verdict::complete, verdict::completeExceptionally);
        return new Reservation(verdict, spent -> settle(leaseId, claims, spent));
    }

    private static Reservation decided(Verdict verdict) {
        return new Reservation(CompletableFuture.completedFuture(verdict), _ -> {});
    }

    /**
     * Sets aside what the request can cost outside: of the provider's budget for the day, and of the caller's budgets in money what is more than
     * is set aside for it already.
     *
     * @param inside the price at which it was reserved
     * @param outputTokensUnsaid of an answer whose length nobody limited, which is what the provider is told
     * @param provider as the ledger calls it
     */
    public Reservation reserveOutside(
            Caller caller,
            CompletionRequest request,
            ModelPrice inside,
            ModelPrice outside,
            long outputTokensUnsaid,
            String provider,
            long budgetNanosPerDay) {
        if (budgetNanosPerDay < 1) {
            Limit none = budget(provider, 1);
            Refused refused =
                    new Refused(none, Optional.empty(), "there is no budget for " + provider, Duration.ZERO, false);
            return decided(refused);
        }
        long cost = estimate(request, outside, () -> outputTokensUnsaid).costNanos();
        long more = Math.max(0, cost - estimate(request, inside).costNanos());
        Instant now = clock.instant();
        Claim ofProvider = Claim.of(budget(provider, budgetNanosPerDay), cost, now);
        List<Claim> claims = new ArrayList<>(List.of(ofProvider));
        limits.of(caller, request.model()).stream()
                .filter(limit -> limit.metric() == Metric.COST)
                .map(limit -> Claim.of(limit, more, now))
                .forEach(claims::add);
        Optional<Refused> never = never(claims, request);
        if (never.isPresent()) {
            return decided(never.get());
        }
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        String leaseId = leasePrefix + "-" + leaseCount.incrementAndGet();
        take(leaseId, claims, now, 1)
                .onErrorResume(_ -> Mono.just(new Unavailable("limits cannot be counted now")))
                .subscribe(verdict::complete, verdict::completeExceptionally);
        // What the caller pays in the end is settled with the request itself.
        return new Reservation(
                verdict,
                spent -> correct(
                        leaseId,
                        claims.stream()
                                .map(claim -> claim.withAmount(
                                        claim.limit().subject().kind() == Kind.PROVIDER
                                                ? spent.costNanos() - cost
                                                : -claim.amount()))
                                .toList()));
    }

    private static Limit budget(String provider, long nanosPerDay) {
        return new Limit(provider, new Subject(Kind.PROVIDER, provider), null, Metric.COST, Period.DAY, nanosPerDay);
    }

    /** How many requests hold slots of concurrency limits. */
    public int heldCount() {
        return held.size();
    }

    private Amounts estimate(CompletionRequest request, ModelPrice price) {
        return estimate(request, price, () -> assumed(request.model()));
    }

    private static Amounts estimate(CompletionRequest request, ModelPrice price, LongSupplier unsaid) {
        Demand demand = request.demand();
        long input = demand.inputTokensReserved();
        long output = Saturating.product(
                demand.answerCount(), demand.outputTokensMax().orElseGet(unsaid));
        return new Amounts(1, input, output, price.costNanosMax(input, output), 1);
    }

    private long assumed(String model) {
        return config.outputTokensAssumed() != null
                ? config.outputTokensAssumed()
                : contextTokens.apply(model).orElse(config.outputTokensUnknown());
    }

    private Mono<Verdict> take(String leaseId, List<Claim> claims, Instant now, int attempt) {
        return counters.take(leaseId, claims, now, () -> giveBack(leaseId, claims))
                .flatMap(taking -> switch (taking) {
                    case Taken(var left) -> {
                        hold(leaseId, claims);
                        yield Mono.just(new Granted(levels(claims, left)));
                    }
                    case TooMuch shortage ->
                        Mono.just(refused(claims.get(shortage.index()).limit(), shortage));
                    case Unseeded(var indices) ->
                        attempt == ATTEMPTS_MAX
                                ? Mono.error(new IllegalStateException(
                                        "sums cannot be begun in " + ATTEMPTS_MAX + " attempts"))
                                : Flux.fromIterable(indices)
                                        .concatMap(index -> seed(claims.get(index), now))
                                        .then(Mono.defer(() -> take(leaseId, claims, now, attempt + 1)));
                });
    }

    /** What the ledger knows: nothing at the start of a day, and all of it after a restart in the middle of one. */
    private Mono<Void> seed(Claim claim, Instant now) {
        return loops.back(database.<Long>ask(() -> spent(claim))).flatMap(spent -> counters.seed(claim, spent, now));
    }

    /** What the ledger says is spent of a budget in its day or month. Blocking. */
    public long spent(Limit budget) {
        return spent(Claim.of(budget, 0, clock.instant()));
    }

    private long spent(Claim claim) {
        LedgerTotals.Total total = ledger.since(claim.periodStart(), whose(claim.limit()));
        Amounts spent = new Amounts(
                total.answeredCount(),
                total.usage().inputTokens(),
                total.usage().outputTokens(),
                total.costNanos(),
                0);
        return spent.of(claim.limit().metric());
    }

    private static LedgerTotals.Whose whose(Limit limit) {
        String id = limit.subject().id();
        return switch (limit.subject().kind()) {
            case EVERYONE -> new LedgerTotals.Whose(null, null, null, limit.model(), null);
            case TENANT -> new LedgerTotals.Whose(id, null, null, limit.model(), null);
            case USER -> new LedgerTotals.Whose(null, id, null, limit.model(), null);
            case KEY -> new LedgerTotals.Whose(null, null, id, limit.model(), null);
            case PROVIDER -> new LedgerTotals.Whose(null, null, null, null, id);
        };
    }

    private void hold(String leaseId, List<Claim> claims) {
        List<Lease> leases = new ArrayList<>();
        for (Claim claim : claims) {
            if (claim.limit().period() == Period.AT_ONCE) {
                leases.add(new Lease(claim.key(), leaseId));
            }
        }
        if (!leases.isEmpty()) {
            held.put(leaseId, List.copyOf(leases));
        }
    }

    private void settle(String leaseId, List<Claim> claims, Amounts spent) {
        held.remove(leaseId);
        List<Claim> corrections = claims.stream()
                .map(claim -> claim.withAmount(spent.of(claim.limit().metric()) - claim.amount()))
                .toList();
        correct(leaseId, corrections);
    }

    /** Whoever asked was told that it cannot be counted, and settles nothing. */
    private void giveBack(String leaseId, List<Claim> claims) {
        correct(
                leaseId,
                claims.stream().map(claim -> claim.withAmount(-claim.amount())).toList());
    }

    private void correct(String leaseId, List<Claim> corrections) {
        correct(
                new Correction(leaseId, corrections),
                failure -> log.warn("a reservation cannot be corrected yet: {}", failure.toString()));
    }

    private void correct(Correction correction, Consumer<Throwable> failed) {
        counters.correct(correction.leaseId(), correction.claims(), clock.instant())
                .subscribe(_ -> {}, failure -> {
                    failed.accept(failure);
                    if (!uncorrected.offer(correction)) {
                        log.warn(
                                "a reservation stays as it was made: {} wait to be corrected already",
                                CORRECTIONS_KEPT_MAX);
                    }
                });
    }

    private void correctAgain() {
        List<Correction> again = new ArrayList<>();
        uncorrected.drainTo(again, CORRECTIONS_AT_ONCE_MAX);
        again.forEach(correction -> correct(correction, _ -> {}));
    }

    private static List<Level> levels(List<Claim> claims, List<Long> left) {
        List<Level> levels = new ArrayList<>();
        for (int i = 0; i < claims.size(); i++) {
            Level.of(claims.get(i).limit(), left.get(i)).ifPresent(levels::add);
        }
        return levels;
    }

    private static Refused refused(Limit limit, TooMuch shortage) {
        String reason = limit.isBudget()
                ? "the budget of " + limit.describe() + " is spent: of " + limit.amountMax() + " are left "
                        + shortage.left()
                : "the limit of " + limit.describe() + " is reached: " + limit.amountMax();
        return new Refused(limit, Level.of(limit, shortage.left()), reason, shortage.delay(), !limit.isBudget());
    }

    /** What is more than a whole limit is not counted at all: sums stay as small as limits are. */
    private static Optional<Refused> never(List<Claim> claims, CompletionRequest request) {
        return claims.stream()
                .filter(claim -> claim.amount() > claim.limit().amountMax())
                .findFirst()
                .map(claim -> never(claim, request));
    }

    private static Refused never(Claim claim, CompletionRequest request) {
        Metric metric = claim.limit().metric();
        boolean unbounded = request.demand().outputTokensMax().isEmpty()
                && metric != Metric.INPUT_TOKENS
                && metric != Metric.REQUESTS;
        String remedy = unbounded ? "send max_tokens" : "ask for less";
        return new Refused(
                claim.limit(),
                Optional.empty(),
                "this request may take " + claim.amount() + ", more than the whole limit of "
                        + claim.limit().describe() + ", " + claim.limit().amountMax() + ": " + remedy,
                Duration.ZERO,
                false);
    }

    @Override
    public void start() {
        limits.refresh();
        renewing = Flux.interval(config.renewEvery(), timer)
                .onBackpressureDrop()
                .doOnNext(_ -> correctAgain())
                .concatMap(_ -> renew())
                .subscribe();
    }

    /** Those of requests that are still under way when the control plane stops are settled by them. */
    private Mono<Void> renew() {
        List<Lease> leases = held.values().stream().flatMap(List::stream).toList();
        return leases.isEmpty()
                ? Mono.empty()
                : counters.renew(leases, clock.instant()).onErrorResume(failure -> {
                    log.warn("slots of requests under way cannot be renewed: {}", failure.toString());
                    return Mono.empty();
                });
    }

    @Override
    public void stop() {
        Disposable timers = renewing;
        if (timers != null) {
            timers.dispose();
            renewing = null;
        }
    }

    @Override
    public boolean isRunning() {
        return renewing != null;
    }

    @Override
    public int getPhase() {
        return Database.PHASE + 1;
    }
}
