package dev.weir.control.quota;

import dev.weir.control.quota.Taking.Taken;
import dev.weir.control.quota.Taking.TooMuch;
import dev.weir.control.quota.Taking.Unseeded;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import reactor.core.publisher.Mono;

/** Counters of this process alone. Each limit has one, so they are as many as limits; of a day that is over nothing stays. */
final class InProcessCounters implements Counters {
    private static final double MINUTE_MILLIS = 60_000;
    private static final Duration SLOT_WAIT = Duration.ofSeconds(1);

    private final Map<String, Debt> debts = new HashMap<>();
    private final Map<String, Sum> sums = new HashMap<>();
    private final Map<String, Map<String, Instant>> leases = new HashMap<>();

    private record Debt(double amount, Instant at) {
        double at(Instant now, long max) {
            double repaid = Duration.between(at, now).toMillis() * (max / MINUTE_MILLIS);
            return Math.max(0, amount - Math.max(0, repaid));
        }
    }

    private record Sum(Instant periodStart, long spent) {}

    @Override
    public Mono<Taking> take(String leaseId, List<Claim> claims, Instant now, Runnable perhapsTaken) {
        return Mono.fromSupplier(() -> takeNow(leaseId, claims, now));
    }

    @Override
    public synchronized Mono<Void> correct(String leaseId, List<Claim> corrections, Instant now) {
        for (Claim claim : corrections) {
            Limit limit = claim.limit();
            switch (limit.period()) {
                case MINUTE -> {
                    double debt = Math.max(0, debt(claim, now) + claim.amount());
                    debts.put(limit.id(), new Debt(debt, now));
                }
                case DAY, MONTH -> spent(claim).ifPresent(spent -> put(claim, spent + claim.amount()));
                case AT_ONCE -> held(claim, now).remove(leaseId);
            }
        }
        return Mono.empty();
    }

    @Override
    public synchronized Mono<Void> seed(Claim claim, long spent, Instant now) {
        if (spent(claim).isEmpty()) {
            put(claim, spent);
        }
        return Mono.empty();
    }

    @Override
    public synchronized Mono<Void> renew(Collection<Lease> renewed, Instant now) {
        for (Lease lease : renewed) {
            leases.getOrDefault(lease.key(), Map.of()).computeIfPresent(lease.id(), (_, _) -> now.plus(LEASE));
        }
        return Mono.empty();
    }

    private synchronized Taking takeNow(String leaseId, List<Claim> claims, Instant now) {
        List<Integer> unseeded = new ArrayList<>();
        List<Long> left = new ArrayList<>();
        for (int i = 0; i < claims.size(); i++) {
            Claim claim = claims.get(i);
            long max = claim.limit().amountMax();
            switch (claim.limit().period()) {
                case MINUTE -> {
                    double over = debt(claim, now) + claim.amount() - max;
                    if (over > 0) {
                        long waitMillis = (long) Math.ceil(over * MINUTE_MILLIS / max);
                        return new TooMuch(i, (long) (claim.amount() - over), Duration.ofMillis(waitMillis));
                    }
                    left.add((long) -over);
                }
                case DAY, MONTH -> {
                    OptionalLong spent = spent(claim);
                    if (spent.isEmpty()) {
                        unseeded.add(i);
                    } else if (spent.getAsLong() + claim.amount() > max) {
                        return new TooMuch(i, max - spent.getAsLong(), Duration.between(now, claim.periodEnd()));
                    }
                    left.add(max - spent.orElse(0) - claim.amount());
                }
                case AT_ONCE -> {
                    int heldCount = held(claim, now).size();
                    if (heldCount >= max) {
                        return new TooMuch(i, 0, SLOT_WAIT);
                    }
                    left.add(max - heldCount - 1);
                }
            }
        }
        if (!unseeded.isEmpty()) {
            return new Unseeded(unseeded);
        }
        claims.forEach(claim -> apply(leaseId, claim, now));
        return new Taken(left);
    }

    private void apply(String leaseId, Claim claim, Instant now) {
        switch (claim.limit().period()) {
            case MINUTE -> debts.put(claim.limit().id(), new Debt(debt(claim, now) + claim.amount(), now));
            case DAY, MONTH -> put(claim, spent(claim).orElse(0) + claim.amount());
            case AT_ONCE -> held(claim, now).put(leaseId, now.plus(LEASE));
        }
    }

    private double debt(Claim claim, Instant now) {
        Debt debt = debts.get(claim.limit().id());
        return debt == null ? 0 : debt.at(now, claim.limit().amountMax());
    }

    private OptionalLong spent(Claim claim) {
        Sum sum = sums.get(claim.limit().id());
        return sum != null && sum.periodStart().equals(claim.periodStart())
                ? OptionalLong.of(sum.spent())
                : OptionalLong.empty();
    }

    private void put(Claim claim, long spent) {
        sums.put(claim.limit().id(), new Sum(claim.periodStart(), spent));
    }

    /** The leases that have not ended. */
    private Map<String, Instant> held(Claim claim, Instant now) {
        Map<String, Instant> held = leases.computeIfAbsent(claim.key(), _ -> new HashMap<>());
        held.values().removeIf(end -> !end.isAfter(now));
        return held;
    }
}
