/**
 * What content is known by where the content itself is not kept, or too long to be a name: {@link dev.weir.control.digest.Sha256}. No station of its own;
 * whatever tells keys, sessions, prompts, versions and configurations apart stands on it.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.weir.control.digest;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
