/**
 * Station 2, authentication: an API key or a person's OpenID Connect token becomes a {@link dev.weir.control.identity.Caller} with tenant,
 * user and scopes.
 *
 * <p>{@link dev.weir.control.identity.Directory} holds every tenant, user and key in memory, so that asking who a caller is takes a look into
 * a map and one hash, and waits for nobody. A few times a second it asks the database, as every
 * {@link dev.weir.control.identity.Mirror} does, what is newer than what the directory knows: that is how a revocation reaches every replica. {@link dev.weir.control.identity.Registry} is the
 * only way to change anything, and writes an entry of the audit log in the same transaction.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "digest", "storage"})
package dev.weir.control.identity;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
