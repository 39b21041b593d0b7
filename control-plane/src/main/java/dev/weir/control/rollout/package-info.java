/**
 * Canary, shadow, A/B and bandit as a pure reducer: state and event in, state and effects out, with an injected clock, so that every
 * rollback decision can be replayed and may be looked at at any time.
 *
 * <p>No rollouts run yet.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion"})
package dev.weir.control.rollout;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
