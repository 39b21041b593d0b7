/**
 * Station 5, pure policy: pins, tenant overrides, rules, complexity tiers, cost, the fleet's state and rollout weights become one
 * {@code Route} with its reason. No clock, no I/O, no randomness of its own: a decision can be replayed from the record.
 *
 * <p>Until there are routes, the model a caller names is the route, and the fleet picks the least busy engine that has it.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "classification", "fleet", "identity"})
package dev.weir.control.routing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
