package dev.weir.control.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Every tenant, user and key, in memory.
 *
 * <p>Thread-safety: readers look into concurrent maps; only {@link #refresh} writes, one at a time.
 */
public final class Directory implements Mirror {
    private final IdentityStore store;
    private final InstantSource clock;
    private final Duration staleMax;
    private final Map<String, Tenant> tenants = new ConcurrentHashMap<>();
    private final Map<String, User> users = new ConcurrentHashMap<>();
    private final Map<String, ApiKey> keys = new ConcurrentHashMap<>();
    private long version = -1;
    private volatile Instant refreshedAt = Instant.MIN;

    public Directory(IdentityStore store, InstantSource clock, Duration staleMax) {
        this.store = store;
        this.clock = clock;
        this.staleMax = staleMax;
    }

    @Override
    public synchronized void refresh() {
        Instant now = clock.instant();
        if (store.version() != version) {
            Changes changes = store.changesSince(version);
            changes.tenants().forEach(tenant -> tenants.put(tenant.id(), tenant));
            changes.users().forEach(user -> users.put(user.id(), user));
            changes.keys().forEach(key -> keys.put(key.id(), key));
            version = changes.version();
        }
        refreshedAt = now;
    }

    /** A key that lives in this process alone and is not written anywhere, for what Weir asks of itself. */
    public void admit(ApiKey key) {
        keys.put(key.id(), key);
    }

    /** Forgets a key that lives in this process alone. */
    public void forget(String keyId) {
        keys.remove(keyId);
    }

    Optional<ApiKey> key(String id) {
        return Optional.ofNullable(keys.get(id));
    }

    Optional<User> user(String id) {
        return Optional.ofNullable(users.get(id));
    }

    /** The tenant with this id, if there is one. */
    public Optional<Tenant> tenant(String id) {
        return Optional.ofNullable(tenants.get(id));
    }

    /** Whether nobody could say for too long what changed. */
    boolean isStale() {
        return clock.instant().isAfter(refreshedAt.plus(staleMax));
    }
}
