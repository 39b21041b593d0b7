/**
 * The way to an engine and back, over HTTP: connections, time limits with names, and failures with kinds.
 *
 * <p>An exchange is one reactive chain from the request to the last byte of the answer. Whoever cancels it, because its client left or
 * its time is up, closes the connection to the engine at once, which is how the engine learns to free its blocks. Bytes are pulled from
 * the engine only as fast as they are wanted.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion"})
package dev.weir.control.upstream;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
