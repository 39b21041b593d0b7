package dev.weir.control.identity;

import dev.weir.control.storage.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Changes who there is. A change, its entry in the audit log and the version that tells replicas of it are one transaction; when a method
 * returns, this process knows of the change, too.
 */
public final class Registry {
    /** How long both keys of a rotation may be valid: longer is no rotation. */
    private static final Duration OVERLAP_MAX = Duration.ofDays(30);

    private final Database database;
    private final ChangeLog changes;
    private final IdentityStore store;
    private final AuditLog audit;
    private final Directory directory;
    private final RandomGenerator random;
    private final int keysMax;

    /** Makes keys out of what {@code random} gives, which has to be secure. */
    public Registry(
            Database database,
            IdentityStore store,
            AuditLog audit,
            Directory directory,
            InstantSource clock,
            RandomGenerator random,
            int keysMax) {
        this.database = database;
        this.changes = new ChangeLog(database, store, audit, clock);
        this.store = store;
        this.audit = audit;
        this.directory = directory;
        this.random = random;
        this.keysMax = keysMax;
    }

    /** What a key is to be. */
    public record KeyOrder(
            String tenantId,
            @Nullable String userId,
            String name,
            Set<Scope> scopes,
            @Nullable Instant expiresAt) {}

    /**
     * Makes the first administrator's key, unless there is one that can administer. Of several replicas that start at once, one does.
     *
     * @param another whether another one is wanted even so
     */
    public Optional<IssuedKey> bootstrap(boolean another) {
        Optional<IssuedKey> issued = database.inTransaction(() -> {
            // Locked before looking, so that nobody else looks at the same time.
            store.lock();
            if (!another && store.keys().stream().anyMatch(this::administers)) {
                return Optional.<IssuedKey>empty();
            }
            long version = store.nextVersion();
            KeyOrder order = new KeyOrder(Tenant.DEFAULT, null, "administrator", Role.ADMIN.scopes(), null);
            IssuedKey made = make(order, version);
            audit.append(version, now(), "weir", "key.create", made.key().id(), Map.of());
            return Optional.of(made);
        });
        directory.refresh();
        return issued;
    }

    private boolean administers(ApiKey key) {
        return key.scopes().contains(Scope.ADMINISTER) && key.revokedAt() == null && !key.isExpired(now());
    }

    /** A key for what Weir asks of itself: in no database, known to this process alone, and not for long. */
    public IssuedKey temporaryKey(Duration lifetime) {
        KeyText text = KeyText.random(random);
        Instant now = now();
        ApiKey key = new ApiKey(
                text.id(),
                Tenant.DEFAULT,
                null,
                "weir itself",
                KeyHash.of(text.secret(), random),
                Set.of(Scope.INFERENCE),
                now,
                now.plus(lifetime),
                null);
        directory.admit(key);
        return new IssuedKey(key, text);
    }

    public List<Tenant> tenants() {
        return store.tenants();
    }

    public Tenant createTenant(Caller by, String id, String name, int weight, Tenant.DataResidency dataResidency) {
        Tenant tenant = new Tenant(id, name, weight, dataResidency, true, now());
        return change(by, "tenant.create", id, Registry::detail, version -> {
            if (store.tenant(id).isPresent()) {
                throw RegistryFailure.conflict("there is a tenant '" + id + "' already");
            }
            store.insert(tenant, version);
            return tenant;
        });
    }

    /** Replaces all of a tenant but its id by what the change makes of it. */
    public Tenant updateTenant(Caller by, String id, UnaryOperator<Tenant> change) {
        return change(by, "tenant.update", id, Registry::detail, version -> {
            Tenant tenant = change.apply(store.tenant(id).orElseThrow(() -> RegistryFailure.notFound("tenant", id)));
            if (id.equals(Tenant.DEFAULT) && !tenant.enabled()) {
                throw RegistryFailure.conflict(
                        "the tenant '" + id
                                + "' stays enabled: every new administrator's key is one of its, and nobody could let anybody in again");
            }
            store.update(tenant, version);
            return tenant;
        });
    }

    public List<User> users() {
        return store.users();
    }

    public User createUser(Caller by, String id, String tenantId, String name, @Nullable Role role) {
        User user = new User(id, tenantId, name, role, true, now());
        return change(by, "user.create", id, Registry::detail, version -> {
            requireTenant(tenantId);
            if (store.user(id).isPresent()) {
                throw RegistryFailure.conflict("there is a user '" + id + "' already");
            }
            store.insert(user, version);
            return user;
        });
    }

    /** Replaces name, role and whether the user is enabled by what the change makes of them. */
    public User updateUser(Caller by, String id, UnaryOperator<User> change) {
        return change(by, "user.update", id, Registry::detail, version -> {
            User user = change.apply(store.user(id).orElseThrow(() -> RegistryFailure.notFound("user", id)));
            store.update(user, version);
            return user;
        });
    }

    public List<ApiKey> keys() {
        return store.keys();
    }

    /** The text of the key is in what this returns and nowhere else. */
    public IssuedKey createKey(Caller by, KeyOrder order) {
        return changeKeys(by, "key.create", order.tenantId() + "/" + order.name(), Map.of(), version -> {
            requireTenant(order.tenantId());
            requireUser(order);
            return make(order, version);
        });
    }

    /** A new key with the rights of the old one, which expires when the overlap is over. */
    public IssuedKey rotateKey(Caller by, String id, Duration overlap) {
        if (overlap.isNegative() || overlap.compareTo(OVERLAP_MAX) > 0) {
            throw new IllegalArgumentException("an overlap has between 0 seconds and " + OVERLAP_MAX.toDays()
                    + " days: " + overlap.toSeconds() + " s");
        }
        return changeKeys(by, "key.rotate", id, Map.of("overlapSeconds", overlap.toSeconds()), version -> {
            ApiKey old = requireKey(id);
            Instant now = now();
            if (old.revokedAt() != null || old.isExpired(now)) {
                throw RegistryFailure.conflict("the key '" + id + "' is not valid any more: create a new one");
            }
            Instant ends = now.plus(overlap);
            Instant expires = old.expiresAt() != null && old.expiresAt().isBefore(ends) ? old.expiresAt() : ends;
            store.expire(id, expires, null, version);
            return make(new KeyOrder(old.tenantId(), old.userId(), old.name(), old.scopes(), old.expiresAt()), version);
        });
    }

    /** From now on, on this replica at once and on the others as soon as they ask, the key is refused. */
    public ApiKey revokeKey(Caller by, String id) {
        return change(by, "key.revoke", id, _ -> Map.of(), version -> {
            ApiKey key = requireKey(id);
            Instant at = key.revokedAt() == null ? now() : key.revokedAt();
            store.expire(id, key.expiresAt(), at, version);
            return requireKey(id);
        });
    }

    private IssuedKey make(KeyOrder order, long version) {
        if (store.keyCount() >= keysMax) {
            throw RegistryFailure.conflict("there are " + keysMax + " keys, the limit of weir.identity.keys-max");
        }
        KeyText text = KeyText.random(random);
        ApiKey key = new ApiKey(
                text.id(),
                order.tenantId(),
                order.userId(),
                order.name(),
                KeyHash.of(text.secret(), random),
                order.scopes(),
                now(),
                order.expiresAt(),
                null);
        store.insert(key, version);
        return new IssuedKey(key, text);
    }

    private IssuedKey changeKeys(
            Caller by, String action, String subject, Map<String, ?> detail, LongFunction<IssuedKey> work) {
        return change(
                by,
                action,
                subject,
                made -> {
                    Map<String, Object> all = new HashMap<>(detail);
                    all.put("newKey", made.key().id());
                    all.put("tenant", made.key().tenantId());
                    all.put("scopes", Scope.write(made.key().scopes()));
                    return all;
                },
                work);
    }

    private <T> T change(
            Caller by, String action, String subject, Function<T, Map<String, ?>> detail, LongFunction<T> work) {
        T changed = changes.change(by, action, subject, detail, work);
        directory.refresh();
        return changed;
    }

    private Instant now() {
        return changes.now();
    }

    private void requireTenant(String id) {
        if (store.tenant(id).isEmpty()) {
            throw RegistryFailure.notFound("tenant", id);
        }
    }

    private void requireUser(KeyOrder order) {
        String id = order.userId();
        if (id != null
                && store.user(id)
                        .filter(user -> user.tenantId().equals(order.tenantId()))
                        .isEmpty()) {
            throw RegistryFailure.notFound("user of tenant '" + order.tenantId() + "'", id);
        }
    }

    private ApiKey requireKey(String id) {
        return store.key(id).orElseThrow(() -> RegistryFailure.notFound("key", id));
    }

    private static Map<String, ?> detail(Tenant tenant) {
        return Map.of(
                "name", tenant.name(),
                "weight", tenant.weight(),
                "dataResidency", tenant.dataResidency(),
                "enabled", tenant.enabled());
    }

    private static Map<String, ?> detail(User user) {
        return Map.of(
                "tenant", user.tenantId(),
                "role", user.role() == null ? "none" : user.role(),
                "enabled", user.enabled());
    }
}
