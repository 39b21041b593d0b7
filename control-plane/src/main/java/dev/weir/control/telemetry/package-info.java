/**
 * What happened to requests, counted: by model, tenant, status and kind, with what they took and cost, the time Weir itself added and the time
 * the engine took to its first byte; and what is known of engines. Label values are bounded by what is configured, never by what callers
 * send. Metrics name tenants, so they are told to who may see them.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "identity"})
package dev.weir.control.telemetry;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
