/**
 * The engines there are: which answer, which models they have, how busy they are with our requests.
 *
 * <p>{@link dev.weir.control.fleet.FleetPoller} asks every engine in turn and {@link dev.weir.control.fleet.Fleet} swaps one immutable
 * {@link dev.weir.control.fleet.FleetSnapshot} for the next, so that a request sees one consistent fleet from beginning to end.
 *
 * <p>Engines come from the command line, from the configuration, and from whoever registers one while we run; a change of membership keeps
 * what is known of those that stay. Beside the probes, the outcome of every request counts: an engine that fails several in a row is left
 * alone for a while by its {@code CircuitBreaker}, though it may say that it is ready.
 *
 * <p>The engine process that {@code weir serve} starts beside the control plane is kept alive by
 * {@link dev.weir.control.fleet.LocalEngine}. An engine that dies is started again after a pause that doubles with every quick death in a
 * row; one that says its configuration is wrong, or that cannot stay up, is given up with its last words. It is stopped with the control
 * plane, and if the control plane is killed without warning it notices that its standard input has closed and leaves by itself, so no
 * orphan keeps the port. To the rest of the fleet it is an engine like any other, found at its URL.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"configuration", "upstream"})
package dev.weir.control.fleet;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
