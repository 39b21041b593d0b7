/**
 * Rate, concurrency and budget: what a request may cost is reserved before it runs and reconciled with what it did cost afterwards,
 * atomically across replicas, so that a budget cannot be overshot. Answers with a sealed {@code Verdict}.
 *
 * <p>No limits are set per caller yet.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "identity"})
package dev.weir.control.quota;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
