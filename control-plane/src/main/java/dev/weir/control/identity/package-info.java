/**
 * Station 2, authentication: an API key or an OpenID Connect token becomes a {@code Caller} with tenant, user, scopes and roles.
 *
 * <p>Nobody is turned away yet: until callers exist, Weir listens on the loopback address and trusts whoever reaches it.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion"})
package dev.weir.control.identity;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
