package dev.weir.control.identity;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key, as far as anybody but its holder knows it.
 *
 * @param userId of the person who holds it, if it is a person's
 * @param expiresAt from when on it is refused; a key that was rotated expires when its overlap ends
 */
public record ApiKey(
        String id,
        String tenantId,
        @Nullable String userId,
        String name,
        KeyHash hash,
        Set<Scope> scopes,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt) {
    public ApiKey {
        Names.requireName(name);
        scopes = Set.copyOf(scopes);
        if (scopes.isEmpty()) {
            throw new IllegalArgumentException("a key without scopes could do nothing: name at least one");
        }
    }

    boolean isExpired(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }
}
