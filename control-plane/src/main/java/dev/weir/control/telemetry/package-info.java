/**
 * What happened to requests, counted: by model, status and kind, with the time Weir itself added and the time the engine took to its first
 * byte. Label values are bounded by what is configured, never by what callers send.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion"})
package dev.weir.control.telemetry;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
