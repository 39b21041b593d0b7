/**
 * Station 2, how much: rates, concurrency and budgets of keys, users, tenants and models.
 *
 * <p>What a request may take is reserved before it runs and corrected by what it did take afterwards. A reservation is all or nothing over every
 * limit that applies, and it is one step that nobody can come between, on however many replicas: a script in Redis, or a lock in this process
 * ({@link dev.weir.control.quota.Counters}). So a budget cannot be overshot by requests that did not know of each other, and a request that
 * is refused has taken nothing.
 *
 * <p>A slot of a concurrency limit is a lease that its replica renews; it comes free when the request ends, and when the replica dies. A sum over
 * a day or a month that nobody has in mind any more, after a restart or a new Redis, begins with what the ledger says of it.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"accounting", "completion", "identity", "storage"})
package dev.weir.control.quota;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
