/**
 * Long context that was retrieved for a prompt, or that a tool returned, without what has nothing to do with the question. Of the route's
 * choosing ({@link dev.weir.control.compression.CompressionRules}), by extraction only ({@link dev.weir.control.compression.Extract}): what
 * is left stands as it stood, in its order. What people, applications and models say themselves is never touched, and where it is not clear
 * what matters nothing is left out.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "configuration"})
package dev.weir.control.compression;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
