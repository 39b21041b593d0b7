/**
 * Station 3, answers already known: first by exact request, then by meaning, always inside one tenant. How a key is derived from a
 * request is a pure function, so that a leak between tenants is a bug in one place.
 *
 * <p>Nothing is remembered yet.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "identity"})
package dev.weir.control.cache;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
