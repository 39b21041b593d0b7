/**
 * Where things are kept that outlive a request: one relational schema, made by Flyway from {@code db/migration}, and counters that replicas
 * share.
 *
 * <p>By default the schema lives in a file of our own (H2, inside this process) and counters live in memory, so that one command on a laptop
 * needs nothing beside it. Several replicas share a PostgreSQL and a Redis. The statements are the same in both: tests run every store against
 * both.
 *
 * <p>JDBC waits, so nobody calls it on an event loop: {@link dev.weir.control.storage.Database#ask} moves a question to a virtual thread. A request
 * that asked comes back to its event loop: {@link dev.weir.control.storage.EventLoops}.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.weir.control.storage;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
