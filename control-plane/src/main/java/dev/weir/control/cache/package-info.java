/**
 * Station 3, answers that are known already, always inside one tenant.
 *
 * <p>{@link dev.weir.control.cache.CacheRules} are what the configuration allows, and nothing is kept where none applies. A request is read
 * into a {@link dev.weir.control.cache.Question}, whose {@link dev.weir.control.cache.CacheKey} is a digest of everything that can change
 * its answer, its tenant first: how a key is derived is a pure function, so that a leak between tenants would be a bug in one place. What an
 * engine answers is noted by a {@link dev.weir.control.cache.Recording} on its way to the client, and kept as
 * {@link dev.weir.control.cache.CachedAnswer} once it is whole, in this process or in the Redis that replicas share
 * ({@link dev.weir.control.cache.AnswerStore}).
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "configuration", "storage"})
package dev.weir.control.cache;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
