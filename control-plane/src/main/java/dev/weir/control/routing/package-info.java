/**
 * Station 5, pure policy: pins, tenants' own names, rules, complexity tiers, cost, the models that are ready and weighted arms become one
 * {@link dev.weir.control.routing.Route} with its reason. No clock, no I/O, no randomness of its own: a decision can be replayed from the
 * record.
 *
 * <p>{@link dev.weir.control.routing.Router#route} is the order of the steps. Which of the engines that have the model gets the request is
 * the fleet's to say, by the price that {@link dev.weir.control.routing.PrefixPrices} makes of a warm prefix and a queue.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"classification", "configuration", "completion", "fleet", "identity"})
package dev.weir.control.routing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
