/**
 * The way to an engine and back, over HTTP: connections, time limits with names, and failures with kinds.
 *
 * <p>{@link dev.weir.control.upstream.Failover} gets a request answered by whichever engine can: another one where the first fails it before
 * anybody has seen anything of its answer, and another one from the very token on where a stream breaks off in the middle.
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
