package dev.weir.control.admin;

import dev.weir.control.identity.ApiKey;
import dev.weir.control.identity.AuditEntry;
import dev.weir.control.identity.AuditLog;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.IssuedKey;
import dev.weir.control.identity.Registry;
import dev.weir.control.identity.Registry.KeyOrder;
import dev.weir.control.identity.Role;
import dev.weir.control.identity.Scope;
import dev.weir.control.identity.Tenant;
import dev.weir.control.identity.Tenant.DataResidency;
import dev.weir.control.identity.User;
import dev.weir.control.storage.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** Who there is, and what they did. */
@RestController
public final class IdentityEndpoints {
    private final Database database;
    private final Registry registry;
    private final AuditLog audit;

    public IdentityEndpoints(Database database, Registry registry, AuditLog audit) {
        this.database = database;
        this.registry = registry;
        this.audit = audit;
    }

    /** Whose key or token a request came with. */
    public record WhoAmI(
            String tenant, @Nullable String user, @Nullable String key, List<String> scopes) {}

    public record NewTenant(
            String id,
            String name,
            @Nullable Integer weight,
            @Nullable DataResidency dataResidency) {}

    /** What is left out stays as it is. */
    public record TenantChange(
            @Nullable String name,
            @Nullable Integer weight,
            @Nullable DataResidency dataResidency,
            @Nullable Boolean enabled) {}

    public record NewUser(
            String id, String tenant, String name, @Nullable Role role) {}

    /** What is left out stays as it is; a role is taken away by {@code noRole}. */
    public record UserChange(
            @Nullable String name,
            @Nullable Role role,
            @Nullable Boolean noRole,
            @Nullable Boolean enabled) {}

    public record NewKey(
            String tenant,
            @Nullable String user,
            String name,
            List<String> scopes,
            @Nullable Instant expiresAt) {}

    /** For how long the old key lives on beside the new one. */
    public record Rotation(@Nullable Long overlapSeconds) {}

    /** A key without its secret. */
    public record KeyStatus(
            String id,
            String tenant,
            @Nullable String user,
            String name,
            List<String> scopes,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant revokedAt) {
        static KeyStatus of(ApiKey key) {
            return new KeyStatus(
                    key.id(),
                    key.tenantId(),
                    key.userId(),
                    key.name(),
                    texts(key.scopes()),
                    key.createdAt(),
                    key.expiresAt(),
                    key.revokedAt());
        }
    }

    /** A key with its text, which is in this answer and nowhere else. */
    public record NewKeyStatus(String key, KeyStatus status) {
        static NewKeyStatus of(IssuedKey issued) {
            return new NewKeyStatus(issued.text().reveal(), KeyStatus.of(issued.key()));
        }
    }

    /** Whether the audit log is as it was written, and where it is not if it is not. */
    public record AuditVerdict(boolean intact, @Nullable Long firstBrokenSeq) {}

    @GetMapping("/admin/whoami")
    WhoAmI whoAmI(@RequestAttribute(AdminAccess.CALLER) Caller caller) {
        return new WhoAmI(caller.tenant().id(), caller.userId(), caller.keyId(), texts(caller.scopes()));
    }

    @GetMapping("/admin/tenants")
    Mono<List<Tenant>> tenants() {
        return Refusals.ask(database, registry::tenants);
    }

    @PostMapping("/admin/tenants")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<Tenant> createTenant(@RequestAttribute(AdminAccess.CALLER) Caller caller, @RequestBody NewTenant order) {
        return Refusals.ask(
                database,
                () -> registry.createTenant(
                        caller,
                        order.id(),
                        order.name(),
                        order.weight() == null ? 1 : order.weight(),
                        order.dataResidency() == null ? DataResidency.LOCAL_ONLY : order.dataResidency()));
    }

    @PatchMapping("/admin/tenants/{id}")
    Mono<Tenant> changeTenant(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String id,
            @RequestBody TenantChange change) {
        return Refusals.ask(
                database,
                () -> registry.updateTenant(
                        caller,
                        id,
                        before -> new Tenant(
                                id,
                                change.name() == null ? before.name() : change.name(),
                                change.weight() == null ? before.weight() : change.weight(),
                                change.dataResidency() == null ? before.dataResidency() : change.dataResidency(),
                                change.enabled() == null ? before.enabled() : change.enabled(),
                                before.createdAt())));
    }

    @GetMapping("/admin/users")
    Mono<List<User>> users() {
        return Refusals.ask(database, registry::users);
    }

    @PostMapping("/admin/users")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<User> createUser(@RequestAttribute(AdminAccess.CALLER) Caller caller, @RequestBody NewUser order) {
        return Refusals.ask(
                database, () -> registry.createUser(caller, order.id(), order.tenant(), order.name(), order.role()));
    }

    @PatchMapping("/admin/users/{id}")
    Mono<User> changeUser(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String id,
            @RequestBody UserChange change) {
        return Refusals.ask(
                database,
                () -> registry.updateUser(
                        caller,
                        id,
                        before -> new User(
                                id,
                                before.tenantId(),
                                change.name() == null ? before.name() : change.name(),
                                Boolean.TRUE.equals(change.noRole())
                                        ? null
                                        : change.role() == null ? before.role() : change.role(),
                                change.enabled() == null ? before.enabled() : change.enabled(),
                                before.createdAt())));
    }

    @GetMapping("/admin/keys")
    Mono<List<KeyStatus>> keys() {
        return Refusals.ask(
                database, () -> registry.keys().stream().map(KeyStatus::of).toList());
    }

    @PostMapping("/admin/keys")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<NewKeyStatus> createKey(@RequestAttribute(AdminAccess.CALLER) Caller caller, @RequestBody NewKey order) {
        return Refusals.ask(database, () -> {
            Optional.ofNullable(order.expiresAt()).ifPresent(Refusals::time);
            Set<Scope> scopes = order.scopes().stream().map(Scope::of).collect(Collectors.toSet());
            return NewKeyStatus.of(registry.createKey(
                    caller, new KeyOrder(order.tenant(), order.user(), order.name(), scopes, order.expiresAt())));
        });
    }

    @PostMapping("/admin/keys/{id}/rotate")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<NewKeyStatus> rotateKey(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String id,
            @RequestBody Rotation rotation) {
        Duration overlap =
                rotation.overlapSeconds() == null ? Duration.ZERO : Duration.ofSeconds(rotation.overlapSeconds());
        return Refusals.ask(database, () -> NewKeyStatus.of(registry.rotateKey(caller, id, overlap)));
    }

    @PostMapping("/admin/keys/{id}/revoke")
    Mono<KeyStatus> revokeKey(@RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String id) {
        return Refusals.ask(database, () -> KeyStatus.of(registry.revokeKey(caller, id)));
    }

    @GetMapping("/admin/audit")
    Mono<List<AuditEntry>> audit(
            @RequestParam(defaultValue = "0") long after, @RequestParam(defaultValue = "100") int limit) {
        return Refusals.ask(database, () -> audit.entries(after, limit));
    }

    /** The number of the last entry, from which to read backwards. */
    public record NewestEntry(long seq) {}

    @GetMapping("/admin/audit/newest")
    Mono<NewestEntry> newestEntry() {
        return Refusals.ask(database, () -> new NewestEntry(audit.newestSeq()));
    }

    /** Reads the whole log. */
    @GetMapping("/admin/audit/verdict")
    Mono<AuditVerdict> auditVerdict() {
        return Refusals.ask(database, () -> {
            OptionalLong broken = audit.firstBroken();
            return new AuditVerdict(broken.isEmpty(), broken.isPresent() ? broken.getAsLong() : null);
        });
    }

    private static List<String> texts(Set<Scope> scopes) {
        return scopes.stream().sorted().map(Scope::text).toList();
    }
}
