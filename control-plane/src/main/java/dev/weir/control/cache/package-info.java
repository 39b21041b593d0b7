/**
 * Station 3, answers that are known already, always inside one tenant.
 *
 * <p>{@link dev.weir.control.cache.CacheRules} are what the configuration allows, and nothing is kept where none applies. A request is read
 * into a {@link dev.weir.control.cache.Question}, whose {@link dev.weir.control.cache.CacheKey} is a digest of everything that can change
 * its answer, its tenant first: how a key is derived is a pure function, so that a leak between tenants would be a bug in one place. What an
 * engine answers is noted by a {@link dev.weir.control.cache.Recording} on its way to the client, and kept as
 * {@link dev.weir.control.cache.CachedAnswer} once it is whole, in this process or in the Redis that replicas share
 * ({@link dev.weir.control.cache.AnswerStore}).
 *
 * <p>Questions that mean the same are another matter ({@link dev.weir.control.cache.SemanticCache}): whether a known answer may do is decided
 * by what of the question has to be equal ({@link dev.weir.control.cache.Likeness}), by numbers, names and negations
 * ({@link dev.weir.control.cache.Substance}), and by a threshold that every answer learns for itself under a bound on the share of wrong
 * ones ({@link dev.weir.control.cache.VerifiedThreshold}).
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "configuration", "digest", "embedding", "storage"})
package dev.weir.control.cache;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
