package dev.weir.control.identity;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Somebody whom the issuer vouches for.
 *
 * @param tenantId where the issuer says that they belong
 * @param roles that the issuer gives them
 */
public record Person(String subject, @Nullable String tenantId, Set<Role> roles) implements SessionHolder {
    public Person {
        roles = Set.copyOf(roles);
    }
}
