package dev.weir.control.identity;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A person of a tenant.
 *
 * @param id the subject of the person's tokens
 * @param role beside what the tokens themselves say, if anything
 */
public record User(
        String id, String tenantId, String name, @Nullable Role role, boolean enabled, Instant createdAt) {
    public User {
        Names.requireId("user", id, 128);
        Names.requireName(name);
    }
}
