package dev.weir.control.quota;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * What has been spent of every limit. Each operation is one step that nobody can come between.
 *
 * <p>There are three kinds of counter. Of a minute it is a debt that shrinks evenly: a whole limit in a minute. Of a day or a month it is a sum.
 * Of concurrency it is a set of leases, each with its end.
 */
interface Counters {
    /** The longest that a slot outlives a replica that died. */
    Duration LEASE = Duration.ofSeconds(30);

    /** A slot that is held. */
    record Lease(String key, String id) {}

    /**
     * Takes all amounts, or none.
     *
     * @param perhapsTaken run where it fails although they may be taken: to give them back is right then, whether they are or not
     */
    Mono<Taking> take(String leaseId, List<Claim> claims, Instant now, Runnable perhapsTaken);

    /**
     * Adds to what was taken (negative amounts give back) and ends the lease: once, for where it fails it is to be tried again. Takes as long as it
     * takes.
     */
    Mono<Void> correct(String leaseId, List<Claim> corrections, Instant now);

    /** Begins a sum, unless it has begun. */
    Mono<Void> seed(Claim claim, long spent, Instant now);

    /** Lets the leases that are still there live on. */
    Mono<Void> renew(Collection<Lease> leases, Instant now);
}
