/**
 * The engines there are: which answer, which models they have, how busy they are with our requests.
 *
 * <p>{@link dev.weir.control.fleet.FleetPoller} asks every engine in turn and {@link dev.weir.control.fleet.Fleet} swaps one immutable
 * {@link dev.weir.control.fleet.FleetSnapshot} for the next, so that a request sees one consistent fleet from beginning to end. The
 * engine process that {@code weir serve} starts beside the control plane is looked after by {@code fleet.local}; to everyone else it is
 * an engine like any other.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"upstream"})
package dev.weir.control.fleet;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
