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
    /** As much of a subject as the database keeps beside what somebody asked and did. */
    static final int ID_CHARS_MAX = 128;

    public User {
        Names.requireId("user", id, ID_CHARS_MAX);
        Names.requireName(name);
    }
}
