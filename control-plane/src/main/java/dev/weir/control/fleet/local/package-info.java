/**
 * The engine process beside the control plane: {@code weir serve} starts it, and here it is kept alive.
 *
 * <p>An engine that dies is started again after a pause that doubles with every quick death in a row; one that says its configuration is
 * wrong, or that cannot stay up, is given up with its last words. It is stopped with the control plane, and if the control plane is
 * killed without warning the engine notices that its standard input has closed and leaves by itself, so no orphan keeps the port.
 *
 * <p>To the rest of the fleet it is an engine like any other, found at its URL.
 */
@NullMarked
@NamedInterface("local")
package dev.weir.control.fleet.local;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
