package dev.weir.control.quota;

import dev.weir.control.quota.Taking.Taken;
import dev.weir.control.quota.Taking.TooMuch;
import dev.weir.control.quota.Taking.Unseeded;
import dev.weir.control.storage.Redis;
import dev.weir.control.storage.RedisScript;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;

/**
 * Counters that all replicas share. Redis executes a script as one step. All keys are in one hash slot, because a script may touch
 * only one. What was taken is noted until it is put right: whoever does not know whether that was done, because the connection broke before the
 * answer, asks again, and what was done or never taken is left as it is.
 */
final class RedisCounters implements Counters {
    /** The braces name the hash slot. */
    private static final String PREFIX = "{weir-limits}:";

    /** No counter's name begins so. */
    private static final String RESERVATION = "taken:";

    private static final RedisScript TAKE = RedisScript.ofResource(RedisCounters.class, "take.lua");
    private static final RedisScript CORRECT = RedisScript.ofResource(RedisCounters.class, "correct.lua");
    private static final RedisScript SEED = RedisScript.ofResource(RedisCounters.class, "seed.lua");
    private static final RedisScript RENEW = RedisScript.ofResource(RedisCounters.class, "renew.lua");

    private final Redis redis;

    RedisCounters(Redis redis) {
        this.redis = redis;
        List.of(TAKE, CORRECT, SEED, RENEW).forEach(redis::load);
    }

    @Override
    public Mono<Taking> take(String leaseId, List<Claim> claims, Instant now, Runnable perhapsTaken) {
        return redis.run(TAKE, keys(leaseId, claims), arguments(leaseId, claims, now), perhapsTaken)
                .map(RedisCounters::taking);
    }

    @Override
    public Mono<Void> correct(String leaseId, List<Claim> corrections, Instant now) {
        return redis.runToItsEnd(CORRECT, keys(leaseId, corrections), arguments(leaseId, corrections, now))
                .then();
    }

    @Override
    public Mono<Void> seed(Claim claim, long spent, Instant now) {
        // Kept a while longer than it counts, for corrections of what began before its end.
        long millis = Duration.between(now, claim.periodEnd()).plusHours(1).toMillis();
        return redis.run(SEED, List.of(PREFIX + claim.key()), List.of(Long.toString(spent), Long.toString(millis)))
                .then();
    }

    @Override
    public Mono<Void> renew(Collection<Lease> leases, Instant now) {
        List<String> arguments =
                new ArrayList<>(List.of(Long.toString(now.plus(LEASE).toEpochMilli())));
        leases.forEach(lease -> arguments.add(lease.id()));
        return redis.run(
                        RENEW,
                        leases.stream().map(lease -> PREFIX + lease.key()).toList(),
                        arguments)
                .then();
    }

    private static List<String> keys(String leaseId, List<Claim> claims) {
        Stream<String> counters = claims.stream().map(claim -> PREFIX + claim.key());
        return Stream.concat(counters, Stream.of(PREFIX + RESERVATION + leaseId))
                .toList();
    }

    private static List<String> arguments(String leaseId, List<Claim> claims, Instant now) {
        List<String> arguments = new ArrayList<>(List.of(
                Long.toString(now.toEpochMilli()),
                leaseId,
                Long.toString(now.plus(LEASE).toEpochMilli())));
        for (Claim claim : claims) {
            arguments.add(
                    switch (claim.limit().period()) {
                        case MINUTE -> "debt";
                        case DAY, MONTH -> "sum";
                        case AT_ONCE -> "lease";
                    });
            arguments.add(Long.toString(claim.limit().amountMax()));
            arguments.add(Long.toString(claim.amount()));
            arguments.add(Long.toString(claim.periodEnd().toEpochMilli()));
        }
        return arguments;
    }

    private static Taking taking(List<Object> answer) {
        List<Long> numbers = answer.subList(1, answer.size()).stream()
                .map(number -> Long.parseLong(number.toString()))
                .toList();
        return switch (answer.getFirst().toString()) {
            case "taken" -> new Taken(numbers);
            case "short" ->
                new TooMuch(Math.toIntExact(numbers.get(0)), numbers.get(1), Duration.ofMillis(numbers.get(2)));
            case "unseeded" ->
                new Unseeded(numbers.stream().map(Math::toIntExact).toList());
            default -> throw new IllegalStateException("the script take.lua answers what it never should: " + answer);
        };
    }
}
