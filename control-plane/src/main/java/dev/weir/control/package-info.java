/**
 * Weir's control plane: from one address, OpenAI's API over any number of engines.
 *
 * <p>This package is the composition root. {@link dev.weir.control.Main} reads the command line,
 * {@link dev.weir.control.ControlPlane} calls the constructors of the stations, and each package below is one station on a request's
 * way, in the order that ARCHITECTURE.md tells.
 */
@NullMarked
package dev.weir.control;

import org.jspecify.annotations.NullMarked;
